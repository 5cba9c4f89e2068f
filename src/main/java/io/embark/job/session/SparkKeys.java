/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.session;

import io.embark.base.NearestName;
import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.internal.config.ConfigEntry;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.internal.StaticSQLConf;

/**
 * The settings of Spark: those of Spark SQL, which keeps any other key and heeds it not, and those that come too late once the
 * driver runs.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class SparkKeys {
    public static final String SQL = "spark.sql.";

    /** Spark's own default, see org.apache.spark.internal.config.SECRET_REDACTION_PATTERN. */
    public static final String SECRET = "(?i)secret|password|token|access[.]?key";

    /** Keys of these are made up by whoever names a catalog, or belong to a module that may not be there. */
    private static final List<String> OPEN = List.of("spark.sql.catalog.", "spark.sql.hive.", "spark.sql.extensions.");

    /** Names are long: more edits make another one of them. */
    private static final int MOST_EDITS = 2;

    /** What only spark-submit reads, before there is a driver. */
    private static final Set<String> OF_SUBMIT = Set.of(
            "spark.driver.cores",
            "spark.driver.defaultJavaOptions",
            "spark.driver.extraClassPath",
            "spark.driver.extraJavaOptions",
            "spark.driver.extraLibraryPath",
            "spark.driver.memory",
            "spark.driver.memoryOverhead",
            "spark.driver.userClassPathFirst",
            "spark.jars",
            "spark.jars.packages",
            "spark.submit.deployMode",
            "spark.submit.pyFiles");

    private final Collection<String> known;

    public SparkKeys() {
        // Whoever reads one of its fields has all of its settings listed.
        known = new ArrayList<>(List.of(StaticSQLConf.WAREHOUSE_PATH().key()));
        Scala.list(new SQLConf().getAllDefinedConfs()).forEach(entry -> known.add(entry._1()));
    }

    /** Whether Spark SQL, or a library that is loaded with it, knows a key, or once knew it. */
    public boolean knows(String key) {
        return !key.startsWith(SQL)
                || ConfigEntry.findEntry(key) != null
                || SQLConf.removedSQLConfigs().contains(key)
                || SQLConf.deprecatedSQLConfigs().contains(key)
                || known.contains(key);
    }

    /** Whether only spark-submit heeds a key, so that the job cannot. */
    public static boolean isOfSubmit(String key) {
        return OF_SUBMIT.contains(key);
    }

    /** Whether anybody may add keys beside this one. */
    public static boolean isOpen(String key) {
        return OPEN.stream().anyMatch(key::startsWith);
    }

    /** The setting that somebody probably meant by a key that is not known. */
    public Optional<String> nearest(String key) {
        return NearestName.find(key, known, MOST_EDITS);
    }
}
