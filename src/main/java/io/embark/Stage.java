/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

/**
 * Where on the way of a text to its vector an option is read; the stages in their order.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum Stage {
    /** Where the model's folder is opened, on the driver first. Two calls that differ here may name two models. */
    OPEN,
    /** Where the model is loaded into memory, network and tokenizer. Calls that differ here load it once for each. */
    LOAD,
    /** Where rows are collected that pass through the network together. Calls of one query share the least. */
    COLLECT,
    /** Where texts pass through the network. Calls that differ here, and nowhere before, share a model but no pass. */
    PASS,
    /** Where a vector that left the network is finished and written down. Calls that differ only here share a pass. */
    FINISH,
    /** Around all of this, by the commands of the job: which rows to read, where to write them, what to print. */
    COMMAND
}
