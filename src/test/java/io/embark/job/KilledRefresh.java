/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.job.sink.store.postgresql.SteppingDriver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/** A command that is killed at a step of its work, as by {@code kill -9}. */
final class KilledRefresh {
    private static final String STATEMENTS = "statements";
    private static final String ROWS = "rows:";
    private static int steps;
    private static int last;

    private KilledRefresh() {}

    /** What counts: the steps on files below a folder, but for what tasks of Spark's own writers do. */
    static String filesBelow(Path folder) {
        return folder.toString();
    }

    /** What counts: the statements of {@link SteppingDriver} that change something, and commits. */
    static String statements() {
        return STATEMENTS;
    }

    /**
     * What counts: the rows that a server gets, which kills by itself.
     *
     * @param order the file in which it finds after how many rows, and whom
     */
    static String rowsOfAServer(Path order) {
        return ROWS + order;
    }

    /**
     * Runs a command, and prints how many steps it took if it comes to its end.
     *
     * @param args what counts, the number of the step, 0 for none, and the command
     */
    public static void main(String[] args) throws IOException {
        last = Integer.parseInt(args[1]);
        if (args[0].equals(STATEMENTS)) {
            SteppingDriver.atEachStep(KilledRefresh::step);
        } else if (args[0].startsWith(ROWS)) {
            order(Path.of(args[0].substring(ROWS.length())));
        } else {
            countSteps(Path.of(args[0]));
        }
        int code = Main.run(Arrays.copyOfRange(args, 2, args.length));
        System.out.println("steps " + steps);
        System.out.flush();
        Runtime.getRuntime().halt(code);
    }

    private static void order(Path order) throws IOException {
        if (last > 0) {
            Path whole = Files.writeString(
                    order.resolveSibling(order.getFileName() + ".new"),
                    "%s %s".formatted(last - 1, ProcessHandle.current().pid()));
            Files.move(whole, order, StandardCopyOption.ATOMIC_MOVE);
        }
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

    private static synchronized void step() {
        steps++;
        if (steps == last) {
            kill();
        }
    }

    private static void kill() {
        try {
            new ProcessBuilder(
                            "kill",
                            "-KILL",
                            Long.toString(ProcessHandle.current().pid()))
                    .inheritIO()
                    .start();
            new CountDownLatch(1).await();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
