/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.call;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.apache.spark.sql.SparkSession;
import scala.Option;

/**
 * The sessions of this JVM whose rules take calls out of plans. Thread-safe.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class ExtendedSessions {
    private static final Set<SparkSession> ALL =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private ExtendedSessions() {}

    public static void add(SparkSession session) {
        ALL.add(session);
    }

    /** Whether the session of this thread, else the default one, is among them; in a task there is none. */
    static boolean haveActive() {
        Option<SparkSession> active = SparkSession.getActiveSession();
        Option<SparkSession> session = active.isDefined() ? active : SparkSession.getDefaultSession();
        return session.isDefined() && ALL.contains(session.get());
    }
}
