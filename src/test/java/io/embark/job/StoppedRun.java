/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.awaitility.Awaitility;

/** A command that gets a signal at a step of its write, and goes on with it once the process is about to end. */
final class StoppedRun {
    private StoppedRun() {}

    /**
     * Runs a command.
     *
     * @param args the folder that is watched, the signal, the step as a pattern, and the command
     */
    public static void main(String[] args) {
        SteppingFileSystem.watch(Path.of(args[0]), step -> {
            if (!step.done() && "%s %s".formatted(step.action(), step.path()).matches(args[2])) {
                SteppingFileSystem.watch(Path.of("/nothing"), next -> {});
                signal(args[1]);
                Awaitility.await().until(StoppedRun::isEnding);
            }
        });
        Main.main(Arrays.copyOfRange(args, 3, args.length));
    }

    private static void signal(String signal) throws IOException {
        new ProcessBuilder(
                        "kill",
                        "-" + signal,
                        Long.toString(ProcessHandle.current().pid()))
                .inheritIO()
                .start();
    }

    private static boolean isEnding() {
        try {
            Thread hook = new Thread(() -> {});
            Runtime.getRuntime().addShutdownHook(hook);
            Runtime.getRuntime().removeShutdownHook(hook);
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }
}
