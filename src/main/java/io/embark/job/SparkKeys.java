/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.base.NearestName;
import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.spark.internal.config.ConfigEntry;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.internal.StaticSQLConf;

/** The settings of Spark SQL, which keeps any other key and heeds it not. */
final class SparkKeys {
    static final String SQL = "spark.sql.";

    /** Keys of these are made up by whoever names a catalog, or belong to a module that may not be there. */
    private static final List<String> OPEN = List.of("spark.sql.catalog.", "spark.sql.hive.", "spark.sql.extensions.");

    /** Names are long: more edits make another one of them. */
    private static final int MOST_EDITS = 2;

    private final Collection<String> known;

    SparkKeys() {
        // Whoever reads one of its fields has all of its settings listed.
        known = new ArrayList<>(List.of(StaticSQLConf.WAREHOUSE_PATH().key()));
        Scala.list(new SQLConf().getAllDefinedConfs()).forEach(entry -> known.add(entry._1()));
    }

    /** Whether Spark SQL, or a library that is loaded with it, knows a key, or once knew it. */
    boolean knows(String key) {
        return !key.startsWith(SQL)
                || ConfigEntry.findEntry(key) != null
                || SQLConf.removedSQLConfigs().contains(key)
                || SQLConf.deprecatedSQLConfigs().contains(key)
                || known.contains(key);
    }

    /** Whether anybody may add keys beside this one. */
    static boolean isOpen(String key) {
        return OPEN.stream().anyMatch(key::startsWith);
    }

    /** The setting that somebody probably meant by a key that is not known. */
    Optional<String> nearest(String key) {
        return NearestName.find(key, known, MOST_EDITS);
    }
}
