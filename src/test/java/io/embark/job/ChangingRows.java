/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.RelationProvider;
import org.apache.spark.sql.sources.TableScan;
import org.apache.spark.sql.types.StructType;
import scala.collection.immutable.Map;

/** A data source without versions, in whose place others write between two reads: each read has the rows of the next night. */
public final class ChangingRows implements RelationProvider {
    private static final StructType COLUMNS = StructType.fromDDL("id BIGINT, title STRING, body STRING");
    private static final List<List<Row>> READS = new CopyOnWriteArrayList<>();
    private static final AtomicInteger DONE = new AtomicInteger();

    /** Begins anew with the rows of the first read, of the second and so on; further ones see the last. */
    static void become(List<List<Row>> reads) {
        READS.clear();
        READS.addAll(reads);
        DONE.set(0);
    }

    /** How often its rows were read. */
    static int reads() {
        return DONE.get();
    }

    @Override
    public BaseRelation createRelation(SQLContext context, Map<String, String> options) {
        return new Changing(context);
    }

    private static final class Changing extends BaseRelation implements TableScan {
        private final SQLContext context;

        private Changing(SQLContext context) {
            this.context = context;
        }

        @Override
        public SQLContext sqlContext() {
            return context;
        }

        @Override
        public StructType schema() {
            return COLUMNS;
        }

        @Override
        public RDD<Row> buildScan() {
            List<Row> rows = READS.get(Math.min(DONE.getAndIncrement(), READS.size() - 1));
            return context.sparkSession().createDataFrame(rows, COLUMNS).rdd();
        }
    }
}
