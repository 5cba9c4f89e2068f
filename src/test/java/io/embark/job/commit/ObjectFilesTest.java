/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.spark.SharedSpark;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class ObjectFilesTest {
    private static final String PROTOCOL = "spark.sql.sources.commitProtocolClass";

    @Test
    void aSessionIsAsItWasAfterItsWritesWhateverOthersWriteMeanwhile() {
        SparkSession plain = SharedSpark.session().newSession();
        SparkSession chosen = SharedSpark.session().newSession();
        chosen.conf().set(PROTOCOL, "some.Protocol");

        ObjectFiles.write(plain, () -> {
            ObjectFiles.write(
                    chosen,
                    () -> ObjectFiles.write(plain, () -> {
                        assertThat(plain.conf().get(PROTOCOL)).isEqualTo(ObjectFiles.class.getName());
                        assertThat(chosen.conf().get(PROTOCOL)).isEqualTo(ObjectFiles.class.getName());
                    }));
            assertThat(plain.conf().get(PROTOCOL)).isEqualTo(ObjectFiles.class.getName());
            assertThat(chosen.conf().get(PROTOCOL)).isEqualTo("some.Protocol");
        });

        assertThat(plain.sessionState().conf().contains(PROTOCOL)).isFalse();
    }
}
