/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What belongs to starting Spark: the jars that were asked for by Maven coordinates, what the table formats among all jars
 * want to be set, and the session.
 *
 * <p>Read {@link io.embark.job.session.SparkStart} first, then {@link io.embark.job.session.Packages} and {@link
 * io.embark.job.session.JobSession}. It must not know what a command does with the session.
 */
package io.embark.job.session;
