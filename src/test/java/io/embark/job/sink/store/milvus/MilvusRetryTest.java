/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.milvus.Relay.Fate;
import io.embark.spark.SharedSpark;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A connection to Milvus Lite that breaks while rows are sent. */
@Tag("milvus")
class MilvusRetryTest {
    private static final String COLLECTION = "retried";

    private final SparkSession spark = SharedSpark.session();
    private final MilvusServer server = MilvusServer.ofTests();

    @BeforeEach
    @AfterEach
    void drop() {
        server.drop(COLLECTION);
    }

    @ParameterizedTest
    @CsvSource({"IS_CUT_OFF, 1, 0", "IS_CUT_OFF, 3, 3", "LOSES_ITS_ANSWER, 1, 0", "LOSES_ITS_ANSWER, 2, 2"})
    void eachRowIsThereOnceAfterABreak(Fate fate, int breaks, int refused) throws Exception {
        AtomicInteger left = new AtomicInteger(breaks);
        Relay[] itself = new Relay[1];
        try (Relay relay = new Relay(server.port(), frame -> {
            if (frame.hasRows() && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                itself[0].refuseNext(refused);
                return fate;
            }
            return Fate.PASSES;
        })) {
            itself[0] = relay;
            MilvusRun.write(spark, relay.server().request(COLLECTION, WriteMode.ERROR, MilvusRun.BATCHES), () -> {});
        }

        assertThat(left).as("breaks that are left").hasValue(0);
        assertThat(MilvusRun.vectors(server.rows(spark, COLLECTION)))
                .isEqualTo(MilvusRun.vectors(MilvusRun.rows(spark)));
    }

    @Test
    void aCollectionThatIsNoLongerLoadedIsLoadedAgain() throws Exception {
        AtomicInteger left = new AtomicInteger(2);
        try (Relay relay = new Relay(server.port(), frame -> {
            if (frame.hasRows() && left.getAndDecrement() > 0) {
                server.release(COLLECTION);
            }
            return Fate.PASSES;
        })) {
            MilvusRun.write(spark, relay.server().request(COLLECTION, WriteMode.ERROR, MilvusRun.BATCHES), () -> {});
        }

        assertThat(left.get()).as("releases that are left").isNotPositive();
        assertThat(MilvusRun.vectors(server.rows(spark, COLLECTION)))
                .isEqualTo(MilvusRun.vectors(MilvusRun.rows(spark)));
    }
}
