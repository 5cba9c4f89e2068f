/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.datasources.FileIndex;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import scala.Product;

/**
 * Tables of Delta Lake at one version. Their files are looked up anew at each read, unless the relation says that it reads the
 * version at which it was analysed, as Delta makes it for {@code VERSION AS OF}.
 */
final class DeltaVersions {
    private static final String OF_DELTA = "org.apache.spark.sql.delta.";
    private static final String IS_HELD = "isTimeTravelQuery";

    private DeltaVersions() {}

    /** A relation of Delta at the version that its table has now; empty if it is none, or one of another version of Delta. */
    static Optional<HeldRelation> held(LogicalRelation relation) {
        if (!isOfDelta(relation)) {
            return Optional.empty();
        }
        HadoopFsRelation files = (HadoopFsRelation) relation.relation();
        try {
            Object snapshot = call(files.location(), "getSnapshot");
            long version = (long) call(snapshot, "version");
            if (isHeld(files.location())) {
                return Optional.of(held(relation, version));
            }
            FileIndex index = held(files.location(), snapshot);
            return isHeld(index)
                    ? Optional.of(held(Relations.with(relation, files, Relations.with(files, index)), version))
                    : Optional.empty();
        } catch (ReflectiveOperationException | ClassCastException e) {
            return Optional.empty();
        }
    }

    /** Whether a relation reads the files of a table of Delta. */
    static boolean isOfDelta(LogicalRelation relation) {
        return relation.relation() instanceof HadoopFsRelation files
                && files.location().getClass().getName().startsWith(OF_DELTA);
    }

    private static HeldRelation held(LogicalPlan relation, long version) {
        return new HeldRelation(relation, named(version), Optional.of(named(version - 1)));
    }

    private static String named(long version) {
        return "version %s".formatted(version);
    }

    static boolean isHeld(FileIndex index) throws ReflectiveOperationException {
        return Boolean.TRUE.equals(call(index, IS_HELD));
    }

    /** A copy whose last part, which says that it is held, is true; it then takes a whole snapshot only. */
    private static FileIndex held(FileIndex index, Object snapshot) throws ReflectiveOperationException {
        Product parts = (Product) index;
        Object shallow = call(index, "snapshotAtAnalysis");
        Object[] copied = new Object[parts.productArity()];
        for (int i = 0; i < copied.length - 1; i++) {
            Object part = parts.productElement(i);
            copied[i] = part == shallow ? snapshot : part;
        }
        copied[copied.length - 1] = true;
        Method copy = Arrays.stream(index.getClass().getMethods())
                .filter(method -> method.getName().equals("copy") && method.getParameterCount() == copied.length)
                .findFirst()
                .orElseThrow(() -> new NoSuchMethodException("copy of " + index.getClass()));
        try {
            return (FileIndex) copy.invoke(index, copied);
        } catch (IllegalArgumentException e) {
            throw new NoSuchMethodException("copy of " + index.getClass());
        }
    }

    static Object call(Object of, String method) throws ReflectiveOperationException {
        return of.getClass().getMethod(method).invoke(of);
    }
}
