/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The job: a table in, a table with vectors out, from the command line or a configuration file.
 *
 * <p>Read {@link io.embark.job.Main} first; then {@link io.embark.job.settings} (what can be said, and which value wins), {@link
 * io.embark.job.embed} (the way of a run), and at last {@code SearchCommand} and {@code InspectCommand}. A new setting is one line
 * of {@code JobSettings}. What is read stands in the inner room {@link io.embark.job.source}, what is written in {@link
 * io.embark.job.sink}, what people see meanwhile in {@link io.embark.job.print}, how Spark starts in {@link
 * io.embark.job.session}; they know nothing of this one. Nothing here knows how a vector is computed.
 */
package io.embark.job;
