/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KnownFormatsTest {
    private static final Pattern COORDINATE = Pattern.compile("[a-z][\\w.]+:[a-z][\\w.-]+:\\d[\\w.]*");

    /** A file system, and no format of tables. */
    private static final String S3A = "org.apache.hadoop:hadoop-aws:3.3.4";

    @Test
    void theManualAndTheSamplesNameTheSameJarsAsErrorsDo() throws IOException {
        for (String file : List.of(
                "src/site/markdown/stores.md", "conf/delta.conf", "conf/iceberg.conf", "conf/postgresql.conf")) {
            String text = Files.readString(Path.of(file));

            assertThat(COORDINATE.matcher(text).results().map(MatchResult::group))
                    .as(file)
                    .isNotEmpty()
                    .allMatch(Stream.concat(Stream.of(S3A), KnownFormats.coordinates().stream())
                            .toList()::contains);
        }
    }

    @Test
    void aNameInAnyCaseOrAClassTellsWhatToAdd() {
        assertThat(KnownFormats.coordinate("MongoDB")).contains("org.mongodb.spark:mongo-spark-connector_2.12:10.5.0");
        assertThat(KnownFormats.coordinate("io.qdrant.spark.Qdrant")).contains("io.qdrant:spark:2.5.0");
        assertThat(KnownFormats.coordinate("parquet")).isEmpty();
    }
}
