/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

/** Where the model computes. */
public enum Device {
    /** The GPU if the process sees one, else the CPU. */
    AUTO,
    /** The CPU. */
    CPU,
    /** A GPU; an error if the process sees none, never a silent run on the CPU. */
    GPU
}
