/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

/**
 * Whether this process was told to end, by Ctrl-C or a signal. Whatever fails from then on fails because of it.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Stop {
    private static volatile boolean told;

    private Stop() {}

    public static void tell() {
        told = true;
    }

    public static boolean isTold() {
        return told;
    }
}
