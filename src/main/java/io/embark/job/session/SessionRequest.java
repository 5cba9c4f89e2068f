/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.session;

import java.util.Map;
import java.util.function.Predicate;

/**
 * Which session a command wants.
 *
 * @param name what Spark calls the application where nobody named it
 * @param conf Spark's configuration
 * @param verbose whether Spark's log is shown
 * @param ofTheJob tells the keys that the job reads and that say nothing about embedding
 * @hidden Public for Embark's other rooms only.
 */
public record SessionRequest(String name, Map<String, String> conf, boolean verbose, Predicate<String> ofTheJob) {}
