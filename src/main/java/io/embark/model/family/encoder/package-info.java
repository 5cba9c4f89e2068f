/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The families of encoders.
 *
 * <p>Read {@code BertFamily} first, the plainest one. {@code BertNetwork} and {@code GatedNetwork} list what several families
 * share. The next encoder is one more {@code Family} and one more line in {@link io.embark.model.family.encoder.Encoders}.
 */
package io.embark.model.family.encoder;
