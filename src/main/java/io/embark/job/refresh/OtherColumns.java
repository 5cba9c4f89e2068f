/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.table.Columns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of the source that are neither key nor text, as one text that differs whenever one of them does. A map has no order
 * and so no such text: a column with one in it is left out.
 *
 * @param hashed those that are compared
 * @param leftOut those that cannot be
 */
record OtherColumns(List<String> hashed, List<String> leftOut) {
    /** Instants to the microsecond and in one time zone, so that the session's does not matter. */
    private static final Map<String, String> CANONICAL = Map.of(
            "ignoreNullFields", "false",
            "timeZone", "UTC",
            "timestampFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
            "timestampNTZFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSSSS");

    OtherColumns {
        hashed = List.copyOf(hashed);
        leftOut = List.copyOf(leftOut);
    }

    /** Those of a source beside its keys and texts. */
    static OtherColumns of(StructType source, Set<String> keysAndTexts) {
        List<String> hashed = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        for (StructField field : source.fields()) {
            if (!keysAndTexts.contains(field.name())) {
                (hasMap(field.dataType()) ? leftOut : hashed).add(field.name());
            }
        }
        return new OtherColumns(hashed, leftOut);
    }

    private static boolean hasMap(DataType type) {
        if (type instanceof ArrayType array) {
            return hasMap(array.elementType());
        }
        return type instanceof MapType
                || (type instanceof StructType struct
                        && Arrays.stream(struct.fields()).anyMatch(field -> hasMap(field.dataType())));
    }

    /**
     * One text of their values and names; equal exactly where all values are. It has the names of those that are left out too: one
     * that the source gets is written to all rows once.
     */
    Column text() {
        Column all = hashed.isEmpty()
                ? functions.lit("{}")
                : functions.to_json(
                        functions.struct(hashed.stream().map(Columns::named).toArray(Column[]::new)), CANONICAL);
        return leftOut.isEmpty() ? all : functions.concat(all, functions.lit(String.join("\n", leftOut)));
    }
}
