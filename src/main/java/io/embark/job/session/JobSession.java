/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.session;

import io.embark.base.Redaction;
import io.embark.job.table.Failures;
import io.embark.spark.version.Scala;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * The Spark session of a command; closing it stops Spark if this command started it.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class JobSession implements AutoCloseable {
    /** Who logs the conditions that a scan takes over, with their literals. */
    private static final List<String> LOGS_OF_FILTERS = List.of(
            "org.apache.spark.sql.execution.datasources.FileSourceStrategy",
            "org.apache.spark.sql.execution.datasources.v2.V2ScanRelationPushDown");

    private static final String MASTER = "spark.master";

    /** Where nobody names a cluster. */
    private static final String HERE = "local[*]";

    /** The rooms of the job. */
    private static final String OF_THE_JOB = "io.embark.job";

    private final SparkSession spark;
    private final boolean started;

    /** The job's own settings as the session had them: calls of {@code embed} know nothing of them. */
    private final Map<String, String> ofTheJob;

    /** The session of the thread before; null if this one does not take its place. */
    private final SparkSession before;

    private JobSession(SparkSession spark, boolean started, Predicate<String> isOfTheJob, SparkSession before) {
        this.spark = spark;
        this.before = before;
        this.started = started;
        this.ofTheJob = Scala.map(spark.conf().getAll());
        ofTheJob.keySet().removeIf(isOfTheJob.negate());
        ofTheJob.keySet().forEach(spark.conf()::unset);
    }

    /** Whether this process has a session that somebody else started. */
    static boolean isRunning() {
        return SparkSession.getDefaultSession().isDefined();
    }

    /** Whether {@link #open} starts a session of this configuration, in this process and on this machine alone. */
    public static boolean startsLocally(Map<String, String> conf) {
        String master = conf.getOrDefault(MASTER, HERE);
        return !isRunning() && isLocal(conf) && !master.startsWith("local-cluster");
    }

    /** Whether a session of this configuration computes on this machine alone. */
    static boolean isLocal(Map<String, String> conf) {
        return conf.getOrDefault(MASTER, HERE).startsWith("local");
    }

    /** Spark's configuration as it was submitted, or that of the session that runs already. */
    public static Map<String, String> submittedConf() {
        if (isRunning()) {
            return conf(SparkSession.getDefaultSession().get());
        }

        Map<String, String> submitted = new LinkedHashMap<>();
        for (Tuple2<String, String> entry : new SparkConf().getAll()) {
            submitted.put(entry._1(), entry._2());
        }
        return submitted;
    }

    /** The configuration of a session, as it is now. */
    public static Map<String, String> conf(SparkSession spark) {
        return Scala.map(spark.conf().getAll());
    }

    /** The session that runs already, or a new one: on the cluster that spark-submit named, else on all cores here. */
    public static JobSession open(SessionRequest request) {
        Map<String, String> conf = new LinkedHashMap<>(request.conf());
        boolean levelIsChosen = conf.containsKey("spark.log.level");
        boolean quiet = !request.verbose() && !levelIsChosen;
        if (isRunning()) {
            quieten(quiet);
            SparkSession spark = SparkSession.getDefaultSession().get();
            conf.forEach((key, value) -> {
                if (spark.conf().isModifiable(key)) {
                    spark.conf().set(key, value);
                }
            });
            return new JobSession(spark, false, request.ofTheJob(), null);
        }

        conf.putIfAbsent("spark.app.name", request.name());
        conf.putIfAbsent(MASTER, HERE);
        if (isLocal(conf)) {
            // Progress comes with heartbeats; within one process they cost nothing.
            conf.putIfAbsent("spark.executor.heartbeatInterval", "1s");
        }
        if (hiveIsThere()) {
            // Without Hive's catalog a table is forgotten when the job ends.
            conf.putIfAbsent("spark.sql.catalogImplementation", "hive");
        }
        redact(conf);
        SparkSession.Builder builder = SparkSession.builder();
        conf.forEach(builder::config);
        quieten(quiet);
        if (!quiet && !levelIsChosen) {
            speak();
        }
        SparkSession spark = start(builder);
        quieten(quiet);
        return new JobSession(spark, true, request.ofTheJob(), null);
    }

    /** A session that a program has at hand, which is that of the thread until this is closed; its log stays as loud as it is. */
    public static JobSession within(SparkSession spark, SessionRequest request) {
        SparkSession before = SparkSession.active();
        SparkSession.setActiveSession(spark);
        return new JobSession(spark, false, request.ofTheJob(), before);
    }

    /** Shows Spark's log, of which the launcher's own settings show errors only, but for what repeats literals of queries. */
    public static void speak() {
        Configurator.setRootLevel(Level.INFO);
        LOGS_OF_FILTERS.forEach(name -> Configurator.setLevel(name, Level.WARN));
    }

    /** Tells Spark what its own pages and event logs are not to show, unless somebody did. */
    public static void redact(Map<String, String> conf) {
        conf.putIfAbsent("spark.redaction.regex", SparkKeys.SECRET + "|" + Redaction.KEYS);
        conf.putIfAbsent("spark.sql.redaction.string.regex", Redaction.TEXTS);
    }

    /** The session; settings that Spark refuses are told as such, whatever exception it throws for them. */
    private static SparkSession start(SparkSession.Builder builder) {
        SparkSession spark = null;
        try {
            spark = builder.getOrCreate();
            // Spark looks at some settings only when the session is used first.
            spark.sessionState();
            return spark;
        } catch (Exception e) {
            if (spark != null) {
                spark.stop();
            }
            if (Failures.isOfTheMachine(e)) {
                throw e;
            }
            throw SessionErrors.sparkRefuses(e);
        }
    }

    /**
     * Silences the log of this process, errors included: Spark logs the stack trace of every failed task, and what failed
     * is told in three lines at the end. What the job itself warns of, such as a folder that it could not delete, is told
     * nowhere else and stays. Spark sets its own level when it starts, hence before and after.
     */
    public static void quieten(boolean quiet) {
        if (quiet) {
            Configurator.setAllLevels(LogManager.ROOT_LOGGER_NAME, Level.OFF);
            Configurator.setLevel(OF_THE_JOB, Level.WARN);
        }
    }

    private static boolean hiveIsThere() {
        return isThere("org.apache.hadoop.hive.conf.HiveConf")
                && isThere("org.apache.spark.sql.hive.HiveSessionStateBuilder");
    }

    /** Whether a class is on the class path, among the jars that were submitted too. */
    static boolean isThere(String name) {
        try {
            Class.forName(name, false, Thread.currentThread().getContextClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    public SparkSession spark() {
        return spark;
    }

    @Override
    public void close() {
        if (started) {
            spark.stop();
        } else {
            ofTheJob.forEach(spark.conf()::set);
        }
        if (before != null) {
            SparkSession.setActiveSession(before);
        }
    }
}
