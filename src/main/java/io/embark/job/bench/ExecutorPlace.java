/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.job.session.JobSession;
import io.embark.spark.models.ExecutorSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where executors may be started. */
final class ExecutorPlace {
    private static final String SPARK_HOME = "SPARK_HOME";

    private static final Logger LOG = LoggerFactory.getLogger(ExecutorPlace.class);

    private ExecutorPlace() {}

    /**
     * Whether a command starts Spark by itself, on this machine, out of an installation that lets it keep the logs of executors:
     * then it may start executors as it likes.
     *
     * @param conf Spark's configuration as the command has it
     */
    static boolean isOurs(Map<String, String> conf) {
        String home = System.getenv(SPARK_HOME);
        return home != null
                && Files.isWritable(Path.of(home))
                && JobSession.startsLocally(conf)
                // Workers of this machine alone have none of these to give.
                && conf.keySet().stream().noneMatch(key -> key.startsWith("spark.executor.resource."));
    }

    /** Removes what the executors of an application logged; they may be ending yet. */
    static void removeLogs(String application) {
        Path folder = Path.of(System.getenv(SPARK_HOME), "work", application);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("Logs of executors are still there: {}", folder, e);
        }
    }

    /** Refuses executors that come and go. */
    static void requireFixed(Map<String, String> conf) {
        if (Boolean.parseBoolean(conf.getOrDefault("spark.dynamicAllocation.enabled", "false"))) {
            throw BenchErrors.executorsComeAndGo();
        }
    }

    /** The hosts of a session's executors, one for each of them; the driver is one where the master is local. */
    static List<String> hosts(SparkSession spark) {
        SparkContext context = spark.sparkContext();
        if (context.isLocal()) {
            return List.of("here");
        }
        // Executors register while the first job waits for them.
        spark.range(1).count();
        String driver = context.conf().get("spark.driver.host", "");
        List<String> hosts = new ArrayList<>();
        for (SparkExecutorInfo executor : context.statusTracker().getExecutorInfos()) {
            hosts.add(executor.host());
        }
        // The driver is among them.
        hosts.remove(driver);
        return hosts.isEmpty() ? List.of(driver) : hosts;
    }

    /** The cores of an executor, or of the driver where the master is local. */
    static int cores(SparkSession spark) {
        return ExecutorSettings.cores(
                spark.sparkContext().conf(),
                spark.sparkContext().isLocal(),
                Runtime.getRuntime().availableProcessors());
    }

    /** How many tasks each of them runs at the same time. */
    static int tasks(SparkSession spark) {
        int each = Math.max(1, spark.sparkContext().conf().getInt("spark.task.cpus", 1));
        return Math.max(1, cores(spark) / each);
    }
}
