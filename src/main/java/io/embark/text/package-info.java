/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * From a text to the numbers of its tokens.
 *
 * <p>Read {@link io.embark.text.TextTokenizer} first; {@code TextRepair} is what a text goes through before.
 * Nothing here knows tensors, rows or Spark.
 */
package io.embark.text;
