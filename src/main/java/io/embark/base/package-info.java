/**
 * What every room needs and none owns: the host's files and locks, waiting for other threads, and words for messages.
 *
 * <p>Read {@link io.embark.base.CacheDirectory} first. Every room may use what is here, the ground floor too, which finds
 * the nearest name with it. Nothing here knows another room than the ground floor, a model, a tensor or Spark.
 */
package io.embark.base;
