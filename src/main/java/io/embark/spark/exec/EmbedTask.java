/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.exec;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;

/**
 * What the tasks of an operator carry with them, which is not the plan.
 *
 * @param calls what is embedded
 * @param input the columns that come in
 * @param output the same, and one more for each call
 * @param metrics the operator's counters
 */
record EmbedTask(List<PinnedCall> calls, List<Attribute> input, List<Attribute> output, EmbedMetrics metrics)
        implements Serializable {}
