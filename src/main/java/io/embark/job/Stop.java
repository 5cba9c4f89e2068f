/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

/** Whether this process was told to end, by Ctrl-C or a signal. Whatever fails from then on fails because of it. */
final class Stop {
    private static volatile boolean told;

    private Stop() {}

    static void tell() {
        told = true;
    }

    static boolean isTold() {
        return told;
    }
}
