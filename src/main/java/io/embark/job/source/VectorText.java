/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.job.table.Columns;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * Vectors that arrive as texts such as {@code [0.5,-1]}: pgvector's types do, which no reader of Spark knows.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class VectorText {
    private static final Pattern VECTOR = Pattern.compile("\\s*\\[[-+0-9.eE,\\s]*]\\s*");

    private VectorText() {}

    /**
     * Rows with a column of such texts as one of vectors, each number the nearest float to what is written; as they are if the
     * column is none. What is no number in one of them becomes null.
     *
     * @param name the column, which need not be there
     */
    public static Dataset<Row> parsed(Dataset<Row> rows, String name) {
        List<Column> columns = new ArrayList<>();
        boolean isOne = false;
        for (StructField field : rows.schema().fields()) {
            boolean isVector = field.name().equalsIgnoreCase(name)
                    && field.dataType().equals(DataTypes.StringType)
                    && startsWithAVector(rows, field.name());
            isOne |= isVector;
            columns.add(isVector ? vector(field.name()) : Columns.named(field.name()));
        }
        return isOne ? rows.select(columns.toArray(new Column[0])) : rows;
    }

    private static boolean startsWithAVector(Dataset<Row> rows, String name) {
        Column text = Columns.named(name);
        return rows.select(text).where(text.isNotNull()).limit(1).collectAsList().stream()
                .anyMatch(row -> VECTOR.matcher(row.getString(0)).matches());
    }

    private static Column vector(String name) {
        String quoted = "`%s`".formatted(name.replace("`", "``"));
        return functions
                .expr("transform(split(translate(%s, '[] ', ''), ','), number -> try_cast(number AS FLOAT))"
                        .formatted(quoted))
                .as(name);
    }
}
