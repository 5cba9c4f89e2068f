/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.milvus.v2.service.collection.response.DescribeCollectionResp;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.PrunedScan;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The rows of a collection as Spark reads them: by one task, in the order of their keys, and no field that nobody asks for. */
final class MilvusRelation extends BaseRelation implements PrunedScan {
    private final SQLContext context;
    private final StructType schema;
    private final String key;
    private final MilvusAddress address;
    private final boolean lite;

    /**
     * @param schema the fields
     * @param key the field of the key
     * @param lite whether the server is Milvus Lite
     */
    MilvusRelation(SQLContext context, StructType schema, String key, MilvusAddress address, boolean lite) {
        this.context = context;
        this.schema = schema;
        this.key = key;
        this.address = address;
        this.lite = lite;
    }

    /**
     * The fields that Spark has types for.
     *
     * @param hidden the field of a key that several columns make together, which stand beside it
     */
    static StructType schema(DescribeCollectionResp there, Optional<String> hidden) {
        return new StructType(there.getCollectionSchema().getFieldSchemaList().stream()
                .filter(field ->
                        hidden.filter(field.getName()::equalsIgnoreCase).isEmpty())
                .flatMap(field -> MilvusField.read(field).stream()
                        .map(type -> new StructField(field.getName(), type, true, Metadata.empty())))
                .toArray(StructField[]::new));
    }

    @Override
    public SQLContext sqlContext() {
        return context;
    }

    @Override
    public StructType schema() {
        return schema;
    }

    @Override
    public RDD<Row> buildScan(String[] fields) {
        StructType asked = new StructType(Arrays.stream(fields)
                .map(name -> schema.fields()[schema.fieldIndex(name)])
                .toArray(StructField[]::new));
        MilvusScan scan = new MilvusScan(address, asked, key, lite);
        return JavaSparkContext.fromSparkContext(context.sparkContext())
                .parallelize(List.of(0), 1)
                .mapPartitions(scan)
                .rdd();
    }
}
