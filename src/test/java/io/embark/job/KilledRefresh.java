/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/** A command that is killed at a step of its work on files, as by {@code kill -9}. */
final class KilledRefresh {
    private static int steps;

    private KilledRefresh() {}

    /**
     * Runs a command, and prints how many steps it took if it comes to its end.
     *
     * @param args the folder that is watched, the number of the step, and the command
     */
    public static void main(String[] args) {
        int last = Integer.parseInt(args[1]);
        SteppingFileSystem.watch(Path.of(args[0]), step -> {
            // What tasks of Spark's own writers do is one step for whoever looks at the output.
            if (!step.done()
                    && !step.path().contains("_temporary")
                    && !step.path().endsWith("/alive")) {
                steps++;
                if (steps == last) {
                    kill();
                }
            }
        });
        int code = Main.run(Arrays.copyOfRange(args, 2, args.length));
        System.out.println("steps " + steps);
        System.out.flush();
        Runtime.getRuntime().halt(code);
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
