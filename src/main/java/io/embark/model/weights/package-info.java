/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Where each tensor lies, and its numbers.
 *
 * <p>Read {@link io.embark.model.weights.Weights} first, the door. {@code WeightsFiles} finds the files in the order in which
 * transformers prefers them; {@code SafetensorsHeader} and {@code OnnxInitializers} say where in a file each tensor lies; {@code
 * FileWeights} reads the numbers in pieces. Everything is untrusted: sizes are checked before memory is taken for them.
 */
package io.embark.model.weights;
