/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * A model folder as data: what a reference means, what the files say, and where each tensor lies.
 *
 * <p>Read {@link io.embark.model.ModelFolder} first; it is the door. {@link io.embark.model.ModelReference} reads what leads to a
 * model. Then {@code SpecificationReader} (the JSON files of a Sentence Transformers folder), {@link io.embark.model.Backbone}
 * (what computes: a network, a table, or a program of the folder), and {@link io.embark.model.weights.Weights} with {@code
 * SafetensorsHeader} and {@code OnnxInitializers} (where the numbers are). The files come from the room {@code files}, those of
 * a hub through the room {@code hub}; what an architecture needs stands in the room {@code family}.
 *
 * <p>Everything in this room and in the rooms within it is read as untrusted data: sizes are checked before memory is taken for
 * them, and nothing that a file claims can make them throw anything but {@link io.embark.EmbarkException}. They do not know how
 * a tensor is computed with, how text becomes tokens, or Spark.
 */
package io.embark.model;
