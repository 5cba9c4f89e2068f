/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.job.embed.EmbedCommand;
import io.embark.job.session.JobSession;
import io.embark.job.sink.Sink;
import java.util.List;
import org.apache.spark.scheduler.TaskSetManager;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class QuietJobTest {
    @Test
    void aJobThatSpeaksKeepsTheLiteralsOfQueriesOutOfTheLog() {
        String datasources = "org.apache.spark.sql.execution.datasources.";
        try {
            JobSession.quieten(true);
            JobSession.speak();

            assertThat(LoggerFactory.getLogger(datasources + "InMemoryFileIndex")
                            .isInfoEnabled())
                    .isTrue();
            for (String name : List.of("FileSourceStrategy", "v2.V2ScanRelationPushDown")) {
                assertThat(LoggerFactory.getLogger(datasources + name).isInfoEnabled())
                        .isFalse();
                assertThat(LoggerFactory.getLogger(datasources + name).isWarnEnabled())
                        .isTrue();
            }
        } finally {
            JobSession.quieten(true);
        }
    }

    /** Every run of a job leaves the log so, here as well: there is nothing to put back. */
    @Test
    void aQuietJobWarnsOfWhatItDidItself() {
        JobSession.quieten(true);

        assertThat(LoggerFactory.getLogger(EmbedCommand.class).isWarnEnabled()).isTrue();
        assertThat(LoggerFactory.getLogger(Sink.class).isWarnEnabled()).isTrue();
        assertThat(LoggerFactory.getLogger(EmbedCommand.class).isInfoEnabled()).isFalse();
        assertThat(LoggerFactory.getLogger(TaskSetManager.class).isErrorEnabled())
                .isFalse();
    }
}
