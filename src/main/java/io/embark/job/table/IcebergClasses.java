/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;
import org.apache.spark.sql.connector.catalog.Table;

/** Calls into Iceberg, whose classes may not be there to be named. */
final class IcebergClasses {
    private static final String PACKAGE = "org.apache.iceberg.";

    private IcebergClasses() {}

    static boolean has(Table table) {
        return table.getClass().getName().startsWith(PACKAGE);
    }

    /** What a method of Spark's table gives; empty if that is null. */
    static Optional<Object> call(Table table, String method) throws ReflectiveOperationException {
        try {
            return Optional.ofNullable(table.getClass().getMethod(method).invoke(table));
        } catch (InvocationTargetException e) {
            throw new ReflectiveOperationException(e);
        }
    }

    /** A method of one of Iceberg's own types: the classes themselves are not public. */
    static Method method(Table table, String type, String name, Class<?>... parameters)
            throws ReflectiveOperationException {
        return Class.forName(PACKAGE + type, false, table.getClass().getClassLoader())
                .getMethod(name, parameters);
    }
}
