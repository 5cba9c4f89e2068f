/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The ground floor, which every room may use: what a caller can choose and what an error says.
 *
 * <p>Read {@link io.embark.EmbedOptions} first, then {@link io.embark.EmbarkException}. Nothing here knows Spark, DJL or
 * how a vector is computed.
 */
package io.embark;
