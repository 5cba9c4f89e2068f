/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What differs between the versions of Spark and of Scala.
 *
 * <p>Read {@code Scala} first: between Java's collections and Catalyst's; then {@code SparkVersion}, what the versions call or
 * build in different ways. Every other room that knows Spark may use this one, and it knows none of them.
 */
package io.embark.spark.version;
