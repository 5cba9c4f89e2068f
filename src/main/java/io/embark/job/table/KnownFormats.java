/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.package$;

/**
 * Data sources, drivers and stores that people bring in jars of their own: what to add where one is missing.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class KnownFormats {
    private static final String SPARK = package$.MODULE$.SPARK_VERSION();
    private static final String SCALA =
            scala.util.Properties.versionNumberString().replaceFirst("\\.\\d+$", "");
    private static final boolean FOUR = SPARK.startsWith("4.");

    /**
     * A jar.
     *
     * @param names what its data sources are called; the starts of addresses for a driver
     * @param classes the start of the names of its classes
     * @param options the class that lists the options of its reader; empty if none does
     * @param writerOptions the same of its writer
     * @param coordinate what {@code --packages} takes
     */
    private record Jar(List<String> names, String classes, String options, String writerOptions, String coordinate) {
        /** One class lists the options of both. */
        Jar(List<String> names, String classes, String options, String coordinate) {
            this(names, classes, options, options, coordinate);
        }
    }

    private static final Pattern CLASS = Pattern.compile("\\w+(\\.\\w+){2,}");

    private static final List<Jar> SOURCES = List.of(
            new Jar(
                    List.of("delta"),
                    "org.apache.spark.sql.delta.",
                    "org.apache.spark.sql.delta.DeltaOptions$",
                    scala("io.delta:delta-spark_", FOUR ? ":4.0.0" : ":3.3.2")),
            new Jar(
                    List.of("iceberg"),
                    "org.apache.iceberg.",
                    "org.apache.iceberg.spark.SparkReadOptions",
                    "org.apache.iceberg.spark.SparkWriteOptions",
                    scala("org.apache.iceberg:iceberg-spark-runtime-" + (FOUR ? "4.0_" : "3.5_"), ":1.10.0")),
            new Jar(
                    List.of("hudi"),
                    "org.apache.hudi.",
                    "",
                    scala(
                            "org.apache.hudi:hudi-spark" + (FOUR ? "4.0-bundle_" : "3.5-bundle_"),
                            FOUR ? ":1.1.0" : ":1.0.2")),
            new Jar(
                    List.of("avro"),
                    "org.apache.spark.sql.avro.",
                    "org.apache.spark.sql.avro.AvroOptions$",
                    scala("org.apache.spark:spark-avro_", ":" + SPARK)),
            new Jar(List.of("hive"), "org.apache.hadoop.hive.", "", scala("org.apache.spark:spark-hive_", ":" + SPARK)),
            new Jar(
                    List.of("kafka"),
                    "org.apache.spark.sql.kafka010.",
                    "",
                    scala("org.apache.spark:spark-sql-kafka-0-10_", ":" + SPARK)),
            new Jar(
                    List.of("mongodb"),
                    "com.mongodb.spark.",
                    "",
                    scala("org.mongodb.spark:mongo-spark-connector_", ":10.5.0")),
            new Jar(
                    List.of("es", "elasticsearch"),
                    "org.elasticsearch.",
                    "",
                    scala("org.elasticsearch:elasticsearch-spark-30_", ":8.15.0")),
            new Jar(
                    List.of("opensearch"),
                    "org.opensearch.",
                    "",
                    scala("org.opensearch.client:opensearch-spark-" + (FOUR ? "40_" : "35_"), ":2.0.0")),
            new Jar(
                    List.of("bigquery"),
                    "com.google.cloud.spark.",
                    "",
                    scala("com.google.cloud.spark:spark-bigquery-with-dependencies_", ":0.44.0")),
            new Jar(List.of("snowflake"), "net.snowflake.", "", scala("net.snowflake:spark-snowflake_", ":3.0.0")),
            new Jar(List.of("lance"), "com.lancedb.", "", scala("com.lancedb:lance-spark-3.5_", ":0.0.15")),
            new Jar(List.of("io.qdrant.spark.Qdrant"), "io.qdrant.", "", "io.qdrant:spark:2.5.0"),
            new Jar(
                    List.of("org.apache.spark.sql.cassandra"),
                    "org.apache.spark.sql.cassandra",
                    "",
                    scala("com.datastax.spark:spark-cassandra-connector_", ":3.5.1")));

    private static final List<Jar> DRIVERS = List.of(
            driver("jdbc:postgresql:", "org.postgresql.", "org.postgresql:postgresql:42.7.4"),
            driver("jdbc:mysql:", "com.mysql.", "com.mysql:mysql-connector-j:9.1.0"),
            driver("jdbc:mariadb:", "org.mariadb.", "org.mariadb.jdbc:mariadb-java-client:3.5.1"),
            driver("jdbc:sqlserver:", "com.microsoft.sqlserver.", "com.microsoft.sqlserver:mssql-jdbc:12.8.1.jre11"),
            driver("jdbc:oracle:", "oracle.", "com.oracle.database.jdbc:ojdbc11:23.5.0.24.07"),
            driver("jdbc:sqlite:", "org.sqlite.", "org.xerial:sqlite-jdbc:3.47.0.0"),
            driver("jdbc:duckdb:", "org.duckdb.", "org.duckdb:duckdb_jdbc:1.1.3"),
            driver("jdbc:h2:", "org.h2.", "com.h2database:h2:2.2.224"));

    /** Stores of Embark's own whose jars are handed out beside it, in its version. */
    private static final Map<String, String> STORES = Map.of("milvus", "io.embark:embark-milvus");

    private KnownFormats() {}

    private static String scala(String before, String after) {
        return before + SCALA + after;
    }

    private static Jar driver(String address, String classes, String coordinate) {
        return new Jar(List.of(address), classes, "", coordinate);
    }

    /** The names of data sources that Spark itself does not bring. */
    public static List<String> names() {
        return SOURCES.stream().flatMap(jar -> jar.names().stream()).toList();
    }

    /** What to add with {@code --packages} for a data source, catalog or driver by its short name or class. */
    public static Optional<String> coordinate(String name) {
        return Stream.concat(SOURCES.stream(), DRIVERS.stream())
                .filter(jar -> has(jar, name))
                .map(Jar::coordinate)
                .findFirst();
    }

    /** What there is to add for any of them. */
    static List<String> coordinates() {
        return Stream.concat(SOURCES.stream(), DRIVERS.stream())
                .map(Jar::coordinate)
                .toList();
    }

    /** The names of stores whose jar may be missing. */
    public static Set<String> stores() {
        return STORES.keySet();
    }

    /** What to add with {@code --packages} for a store whose jar is missing. */
    public static Optional<String> storeCoordinate(String name) {
        String version = KnownFormats.class.getPackage().getImplementationVersion();
        return Optional.ofNullable(STORES.get(name))
                .map(artifact -> "%s:%s".formatted(artifact, version == null ? "VERSION" : version));
    }

    /** What to add for the class that an exception says is not there, such as that of a catalog. */
    public static Optional<String> missing(Throwable thrown) {
        return CLASS.matcher(String.valueOf(thrown.getMessage()).replace('/', '.'))
                .results()
                .map(MatchResult::group)
                .filter(name -> !isThere(name))
                .flatMap(name -> coordinate(name).stream())
                .findFirst();
    }

    private static boolean isThere(String name) {
        try {
            Class.forName(name, false, Thread.currentThread().getContextClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** What to add for the driver of an address such as {@code jdbc:postgresql://host/database}. */
    static Optional<String> driverOf(String address) {
        return DRIVERS.stream()
                .filter(jar -> address.startsWith(jar.names().get(0)))
                .map(Jar::coordinate)
                .findFirst();
    }

    /** The short name of the data source that a class belongs to. */
    public static Optional<String> ofClass(String name) {
        return SOURCES.stream()
                .filter(jar -> name.startsWith(jar.classes()))
                .map(jar -> jar.names().get(0))
                .findFirst();
    }

    /** The class that lists the options of a data source's reader. */
    static Optional<String> optionsOf(String name) {
        return optionsOf(name, Jar::options);
    }

    /** The class that lists the options of a data source's writer. */
    static Optional<String> writerOptionsOf(String name) {
        return optionsOf(name, Jar::writerOptions);
    }

    private static Optional<String> optionsOf(String name, Function<Jar, String> list) {
        return SOURCES.stream()
                .filter(jar -> has(jar, name))
                .map(list)
                .filter(options -> !options.isEmpty())
                .findFirst();
    }

    private static boolean has(Jar jar, String name) {
        return jar.names().stream().anyMatch(name::equalsIgnoreCase) || name.startsWith(jar.classes());
    }
}
