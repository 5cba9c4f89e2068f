/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.Option;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class EmbeddingMetadataTest {
    @Test
    void tellsASearchWhatShapesItsVectors() {
        Map<String, String> everything =
                EmbedOptions.all().stream().collect(Collectors.toMap(Option::key, option -> "chosen"));
        EmbeddingMetadata metadata = new EmbeddingMetadata("model", "/model", "fingerprint", 8, everything);

        assertThat(metadata.shapingOptions().keySet())
                .containsExactlyInAnyOrder(
                        "model",
                        "task",
                        "dimensions",
                        "normalize",
                        "encoding",
                        "encoding-ranges",
                        "precision",
                        "max-tokens");
    }
}
