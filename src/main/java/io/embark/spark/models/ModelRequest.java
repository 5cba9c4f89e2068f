/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import io.embark.EmbedOptions;
import java.io.Serializable;

/**
 * What a call wants to be embedded with.
 *
 * @param model the model that its options name
 * @param options all of its options
 * @hidden Public for Embark's other rooms only.
 */
public record ModelRequest(PinnedModel model, EmbedOptions options) implements Serializable {}
