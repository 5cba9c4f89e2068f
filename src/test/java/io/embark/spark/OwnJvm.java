/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.spark.launcher.JavaModuleOptions;

/** Runs a program of the tests in a JVM of its own, to its end. */
public final class OwnJvm {
    private static final long MOST_SECONDS = 300;

    /** It ends before it is worth compiling for long. */
    private static final List<String> SHORT_LIVED = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private OwnJvm() {}

    /** What it printed and logged; fails if it does not end well. */
    public static List<String> run(Path folder, Class<?> program, String... arguments)
            throws IOException, InterruptedException {
        return run(folder, Map.of(), program, arguments);
    }

    /** The same with more variables in its environment. */
    public static List<String> run(Path folder, Map<String, String> environment, Class<?> program, String... arguments)
            throws IOException, InterruptedException {
        Ended ended = runToAnyEnd(folder, environment, program, arguments);
        assertThat(ended.exitValue()).as(String.join("\n", ended.lines())).isZero();
        return ended.lines();
    }

    /** How a program ended, and what it printed and logged. */
    public record Ended(int exitValue, List<String> lines) {}

    /** What is done with each of many programs. */
    public interface Check<T> {
        void of(T item) throws Exception;
    }

    /** Does something with each item, with two of them at a time. */
    public static <T> void twoAtATime(List<T> items, Check<T> check) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Callable<Void>> calls = new ArrayList<>();
            items.forEach(item -> calls.add(() -> {
                check.of(item);
                return null;
            }));
            for (Future<Void> call : threads.invokeAll(calls)) {
                call.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Runs a program that may be killed on its way. */
    public static Ended runToAnyEnd(Path folder, Map<String, String> environment, Class<?> program, String... arguments)
            throws IOException, InterruptedException {
        Path output = folder.resolve(program.getSimpleName() + ".txt");
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().split(" ")));
        command.addAll(SHORT_LIVED);
        command.addAll(List.of("-Xmx512m", "-cp", classPath, program.getName()));
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(MOST_SECONDS, TimeUnit.SECONDS))
                    .as("still runs, see %s", output)
                    .isTrue();
            return new Ended(process.exitValue(), Files.readAllLines(output));
        } finally {
            process.destroyForcibly();
        }
    }
}
