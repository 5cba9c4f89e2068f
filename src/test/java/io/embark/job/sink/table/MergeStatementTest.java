/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.job.sink.Changes;
import io.embark.spark.SharedSpark;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class MergeStatementTest {
    private static final StructType SCHEMA = new StructType()
            .add("id", DataTypes.LongType)
            .add("a`b", DataTypes.StringType)
            .add("v", DataTypes.createArrayType(DataTypes.FloatType))
            .add("gone", DataTypes.BooleanType)
            .add(Changes.ACTION, DataTypes.StringType);

    private static MergeStatement statement(Row... rows) {
        Changes changes = new Changes(
                SharedSpark.session().createDataFrame(Arrays.asList(rows), SCHEMA),
                List.of("id", "a`b"),
                List.of("v"),
                List.of("gone"));
        return new MergeStatement("cat.t", "changes", changes, ChangeKinds.of(changes));
    }

    private static Row row(String key, String action) {
        return RowFactory.create(1L, key, null, null, action);
    }

    @Test
    void saysNothingOfWhatDoesNotOccur() {
        assertThat(statement(row("x", Changes.DELETE), row("y", Changes.DELETE)).sql())
                .isEqualTo("MERGE INTO cat.t AS t USING changes AS s ON t.`id` = s.`id` AND t.`a``b` = s.`a``b`"
                        + " WHEN MATCHED AND s.embark_action = 'delete' THEN DELETE");
        assertThat(statement().isNothing()).isTrue();
    }

    @Test
    void anUpdateLeavesKeysAndWhatIsKeptAloneAndAMarkAllButItself() {
        assertThat(statement(row("x", Changes.UPDATE), row("y", Changes.MARK)).sql())
                .endsWith(" WHEN MATCHED AND s.embark_action = 'mark' THEN UPDATE SET t.`gone` = s.`gone`"
                        + " WHEN MATCHED AND s.embark_action = 'update' THEN UPDATE SET t.`gone` = s.`gone`");
    }

    /** Iceberg takes a statement without the first clause for a mere append, and lets two of them in. */
    @Test
    void aRowThatIsPutTakesThePlaceOfOneThatIsThere() {
        assertThat(statement(row("x", Changes.PUT)).sql())
                .endsWith(
                        " WHEN MATCHED AND s.embark_action = 'put' THEN UPDATE SET t.`id` = s.`id`, t.`a``b` = s.`a``b`, t.`v` = s.`v`, t.`gone` = s.`gone`"
                                + " WHEN NOT MATCHED AND s.embark_action = 'put' THEN INSERT (`id`, `a``b`, `v`, `gone`) VALUES (s.`id`, s.`a``b`, s.`v`, s.`gone`)");
    }

    @Test
    void heedsNullInTheKeysThatHaveOne() {
        assertThat(statement(row(null, Changes.DELETE), row("y", Changes.PUT)).sql())
                .contains(" ON t.`id` = s.`id` AND t.`a``b` <=> s.`a``b` WHEN ");
    }
}
