/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/** A command that is killed at a step of its work on files, or when so many texts were read, as by {@code kill -9}. */
final class KilledRefresh {
    /** The function of SQL through which the texts go that are counted. */
    static final String COUNTED = "counted_text";

    private static final String TEXTS = "texts";
    private static int steps;
    private static int last;

    private KilledRefresh() {}

    /** What counts: the steps on files below a folder, but for what tasks of Spark's own writers do. */
    static List<String> filesBelow(Path folder) {
        return List.of(folder.toString());
    }

    /** What counts: the texts that go through {@link #COUNTED}. */
    static List<String> texts() {
        return List.of(TEXTS);
    }

    /**
     * Runs a command, and prints how many steps it took if it comes to its end.
     *
     * @param args what counts, the number of the step, and the command
     */
    public static void main(String[] args) {
        last = Integer.parseInt(args[1]);
        if (args[0].equals(TEXTS)) {
            countTexts();
        } else {
            countSteps(Path.of(args[0]));
        }
        int code = Main.run(Arrays.copyOfRange(args, 2, args.length));
        System.out.println("steps " + steps);
        System.out.flush();
        Runtime.getRuntime().halt(code);
    }

    private static void countTexts() {
        SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .getOrCreate()
                .udf()
                .register(
                        COUNTED,
                        (UDF1<String, String>) text -> {
                            step();
                            return text;
                        },
                        DataTypes.StringType);
    }

    private static void countSteps(Path folder) {
        SteppingFileSystem.watch(folder, step -> {
            if (!step.done()
                    && !step.path().contains("_temporary")
                    && !step.path().endsWith("/alive")) {
                step();
            }
        });
    }

    private static synchronized void step() throws IOException {
        steps++;
        if (steps == last) {
            kill();
        }
    }

    private static void kill() throws IOException {
        new ProcessBuilder(
                        "kill", "-KILL", Long.toString(ProcessHandle.current().pid()))
                .inheritIO()
                .start();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
