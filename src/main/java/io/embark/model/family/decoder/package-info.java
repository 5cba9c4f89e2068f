/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The families in a decoder's form.
 *
 * <p>Read {@code DecoderNetwork} first, what all of them share. The next decoder is one more {@code Family} and one more line in
 * {@link io.embark.model.family.decoder.Decoders}.
 */
package io.embark.model.family.decoder;
