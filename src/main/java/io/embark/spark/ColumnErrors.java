/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.NearestName;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What is refused of the columns of a table, whoever names them: one method for each mistake.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class ColumnErrors {
    private ColumnErrors() {}

    /**
     * There is no column of this name.
     *
     * @param option what names the column, as its caller writes it
     */
    public static EmbarkException missing(String name, StructType schema, String option) {
        List<String> names = List.of(schema.fieldNames());
        return column(
                name,
                "does not exist",
                names.isEmpty() ? "There are no columns." : "The columns are %s.".formatted(listed(names)),
                NearestName.find(name, names)
                        .map("Did you mean %s?"::formatted)
                        .orElse("Name one of them with %s.".formatted(option)));
    }

    /**
     * The column holds something else than strings.
     *
     * @param option what names the column, as its caller writes it
     * @param cast where its caller can make it a string
     */
    public static EmbarkException notText(StructField field, StructType schema, String option, String cast) {
        List<String> strings = strings(schema);
        return column(
                field.name(),
                "is not text but %s".formatted(field.dataType().simpleString()),
                strings.isEmpty()
                        ? "No column holds strings; the columns are %s.".formatted(described(schema))
                        : "Columns that hold strings are %s.".formatted(listed(strings)),
                "Name one of them with %s, or make it a string %s.".formatted(option, cast));
    }

    /**
     * There is a column of the name that a new one would get.
     *
     * @param reason why its caller wants the name
     * @param remedy where its caller can choose another one
     */
    public static EmbarkException exists(String name, String reason, String remedy) {
        return column(name, "exists already", reason, remedy);
    }

    private static EmbarkException column(String name, String problem, String reason, String remedy) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID, "column '%s': %s".formatted(name, problem), reason, remedy);
    }

    /** The columns that hold strings, in order. */
    public static List<String> strings(StructType schema) {
        return Arrays.stream(schema.fields())
                .filter(field -> field.dataType().equals(DataTypes.StringType))
                .map(StructField::name)
                .toList();
    }

    /** The names in one line, cut off where there are very many. */
    public static String listed(List<String> names) {
        int shown = 40;
        return names.size() <= shown
                ? String.join(", ", names)
                : "%s and %s more".formatted(String.join(", ", names.subList(0, shown)), names.size() - shown);
    }

    /** The columns with their types in one line, cut off where there are very many. */
    public static String described(StructType schema) {
        return listed(Arrays.stream(schema.fields())
                .map(field -> "%s %s".formatted(field.name(), field.dataType().simpleString()))
                .toList());
    }
}
