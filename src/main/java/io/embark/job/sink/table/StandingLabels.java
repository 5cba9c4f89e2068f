/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.EmbarkException;
import io.embark.job.table.Columns;
import io.embark.job.table.TableLabels;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Whether a table still says, after the rows of a run were committed, which model its vectors come from. */
record StandingLabels(NamedTable table) {
    /** Another run may have replaced the vectors by those of another model while this one embedded. */
    void require(StructType schema) {
        Map<String, StructField> now = Columns.byName(columnsNow());
        for (StructField column : EmbeddingMetadata.columns(schema)) {
            Optional<StructField> there = Optional.ofNullable(now.get(Columns.lower(column.name())));
            if (there.flatMap(TableLabels::unsettled).isPresent()) {
                throw CatalogErrors.labelIsInDoubt(table.output(), column.name());
            }
            boolean other = there.flatMap(EmbeddingMetadata::of)
                    .filter(label ->
                            !isAlike(label, EmbeddingMetadata.of(column).orElseThrow()))
                    .isPresent();
            if (other) {
                throw CatalogErrors.labelChanged(table.output(), column.name());
            }
        }
    }

    private static boolean isAlike(EmbeddingMetadata one, EmbeddingMetadata other) {
        return one.fingerprint().equals(other.fingerprint())
                && EmbeddingMetadata.areAlike(one.precision(), other.precision());
    }

    private StructType columnsNow() {
        try {
            return table.findAnew().map(CatalogWrite::labelled).orElseGet(StructType::new);
        } catch (EmbarkException e) {
            throw CatalogErrors.isWrittenBut(table.output(), "cannot be looked up any more", e);
        }
    }
}
