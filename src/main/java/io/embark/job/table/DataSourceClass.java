/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.util.Collection;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.SupportsCatalogOptions;
import org.apache.spark.sql.execution.datasources.DataSource;
import org.apache.spark.sql.execution.datasources.FileFormat;
import org.apache.spark.sql.execution.datasources.jdbc.JdbcRelationProvider;
import org.apache.spark.sql.execution.datasources.v2.FileDataSourceV2;
import org.apache.spark.sql.sources.DataSourceRegister;

/**
 * The class of a data source, and what it says of itself.
 *
 * @param name the short name or class that it was asked for by
 * @param type its class
 * @hidden Public for Embark's other rooms only.
 */
public record DataSourceClass(String name, Class<?> type) {
    /** The data source of a name; empty if Spark does not find it. */
    public static Optional<DataSourceClass> find(SparkSession spark, String name) {
        try {
            return Optional.of(lookUp(spark, name));
        } catch (Exception | LinkageError e) {
            // Spark's own, which it does not declare, and whatever loading a class throws.
            return Optional.empty();
        }
    }

    /**
     * The data source of a name.
     *
     * @param option the key of the option that names it, for the error
     * @param usual names that may have been meant
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if Spark does not find it, with what to add
     */
    public static DataSourceClass require(SparkSession spark, String option, String name, Collection<String> usual) {
        try {
            return lookUp(spark, name);
        } catch (Exception | LinkageError e) {
            throw TableErrors.noSuchDataSource(option, name, usual, e);
        }
    }

    private static DataSourceClass lookUp(SparkSession spark, String name) {
        return new DataSourceClass(
                name, DataSource.lookupDataSource(name, spark.sessionState().conf()));
    }

    /**
     * The name that everybody calls a data source of Spark, or of a jar that is known, by; else the one that was given, such as
     * the class of another.
     */
    public static String shortName(SparkSession spark, String name) {
        return KnownFormats.ofClass(name)
                .or(() -> name.startsWith("org.apache.spark.")
                        ? find(spark, name).map(DataSourceClass::shortName)
                        : Optional.empty())
                .orElse(name);
    }

    /** The name that everybody calls it by; the one that it was asked for by if there is no other. */
    public String shortName() {
        Optional<String> known = KnownFormats.ofClass(type.getName());
        if (known.isPresent()) {
            return known.get();
        }
        try {
            return is(DataSourceRegister.class)
                    ? ((DataSourceRegister) type.getDeclaredConstructor().newInstance()).shortName()
                    : name;
        } catch (ReflectiveOperationException | LinkageError e) {
            // Whoever loads it says why it cannot be made.
            return name;
        }
    }

    public boolean isJdbc() {
        return type == JdbcRelationProvider.class;
    }

    /** Whether it keeps rows in files, which lie at a path. */
    public boolean isOfFiles() {
        return is(FileFormat.class) || is(FileDataSourceV2.class);
    }

    /** Whether it takes a path for the name of a table in some catalog. */
    public boolean isOfCatalogs() {
        return is(SupportsCatalogOptions.class);
    }

    public boolean is(Class<?> other) {
        return other.isAssignableFrom(type);
    }
}
