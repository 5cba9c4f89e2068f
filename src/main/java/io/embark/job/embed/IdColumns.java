/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.table.Columns;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * The columns that name a row, as {@code --id-column} has them.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class IdColumns {
    private IdColumns() {}

    /** Their names as they were given; none if none were. */
    public static List<String> names(Settings settings) {
        return settings.names(JobSettings.ID_COLUMN);
    }

    /**
     * Their names as a table has them.
     *
     * @throws EmbarkException {@link ErrorCode#COLUMN_INVALID} if there is no such column, or more than one
     */
    public static List<String> of(StructType schema, Settings settings) {
        return names(settings).stream()
                .map(name ->
                        Columns.find(schema, name, JobSettings.ID_COLUMN.key()).name())
                .distinct()
                .toList();
    }

    /** What names a row, as one text. */
    public static Column text(List<String> names) {
        if (names.size() == 1) {
            return Columns.named(names.get(0)).cast("string");
        }
        return functions.concat_ws(
                ",",
                names.stream()
                        .map(name -> functions.coalesce(Columns.named(name).cast("string"), functions.lit("null")))
                        .toArray(Column[]::new));
    }
}
