/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.source.Source;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What a comparison found.
 *
 * @param source the rows that were compared, all of the source or those that changed in it
 * @param classes what {@link Comparison#compare} found
 * @param found how many keys there are of each class
 */
record Compared(Source source, Dataset<Row> classes, ClassCounts found) {}
