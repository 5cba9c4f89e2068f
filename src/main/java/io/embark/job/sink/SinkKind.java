/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import java.util.List;
import org.apache.spark.sql.SparkSession;

/**
 * A kind of place to write to.
 *
 * @hidden Public for Embark's other rooms only.
 */
public interface SinkKind {
    /** The formats that are this kind's alone, as {@code --output-format} names them; empty if it takes any. */
    List<String> formats();

    /** Whether what a request names is such a place. */
    boolean opens(SparkSession spark, SinkRequest request);

    /**
     * The place that a request names. Nothing is looked at but the request.
     *
     * @throws io.embark.EmbarkException {@link io.embark.ErrorCode#OUTPUT_INVALID} or {@link
     *     io.embark.ErrorCode#OPTION_UNKNOWN} if the request names what the kind does not have
     */
    Sink open(SparkSession spark, SinkRequest request);
}
