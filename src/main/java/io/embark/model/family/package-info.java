/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What an architecture is: a family reads the {@code config.json} of its models, and says which tensors the network needs.
 *
 * <p>Read {@code Family} first, and {@link io.embark.model.family.Architecture}, what comes out. {@code NetworkConfig}, {@code
 * RotaryConfig} and {@code Activations} read what most files have in common; {@code
 * ConfigKeys} lists the keys that all of them share. The families themselves are in the rooms {@code
 * encoder} and {@code decoder} within. Nothing here knows where files come from, nor how a network is computed.
 */
package io.embark.model.family;
