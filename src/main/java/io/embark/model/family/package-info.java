/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The architectures: what each family of models reads in its {@code config.json}, and which tensors its network needs.
 *
 * <p>Read {@code Family} first, then {@code BertFamily}, the plainest one, and {@link io.embark.model.family.Architecture}, what
 * comes out. {@code BertNetwork}, {@code GatedNetwork} and {@code DecoderNetwork} list what several families share. The next
 * architecture is one more {@code Family} and one more line in {@code Families}. Nothing here knows where files come from, nor
 * how a network is computed.
 */
package io.embark.model.family;
