/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.datasources.FileIndex;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import scala.Product;

/** Copies of relations with one part changed, whatever other parts a version of Spark gives them. */
final class Relations {
    private Relations() {}

    /** The same files, looked up elsewhere. */
    static HadoopFsRelation with(HadoopFsRelation files, FileIndex location) {
        return files.copy(
                location,
                files.partitionSchema(),
                files.dataSchema(),
                files.bucketSpec(),
                files.fileFormat(),
                files.options(),
                files.sparkSession());
    }

    /** The same table, read with one option more. */
    static LogicalPlan with(DataSourceV2Relation relation, String option, String value) {
        Map<String, String> options = new HashMap<>(relation.options().asCaseSensitiveMap());
        options.put(option, value);
        return with(relation, relation.options(), new CaseInsensitiveStringMap(options));
    }

    /** The same plan with another part in the place of one. */
    static LogicalPlan with(LogicalPlan plan, Object part, Object other) {
        Product parts = (Product) plan;
        Object[] copied = new Object[parts.productArity()];
        for (int i = 0; i < copied.length; i++) {
            Object old = parts.productElement(i);
            copied[i] = old == part ? other : old;
        }
        return plan.makeCopy(copied);
    }
}
