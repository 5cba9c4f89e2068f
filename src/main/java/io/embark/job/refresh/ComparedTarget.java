/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.EmbedOptions;
import io.embark.Precision;
import io.embark.job.settings.Deleted;
import io.embark.job.settings.JobSettings;
import io.embark.job.sink.Refreshing;
import io.embark.job.table.Columns;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What stands in a target, checked to be comparable with what the source would give.
 *
 * @param state the columns of state, with all that the target has
 * @param schema the columns of the target, in the order in which they are written
 * @param rows what is there; empty if there is no target yet
 * @param isAdopted whether their state is not written yet
 */
record ComparedTarget(StateColumns state, StructType schema, Optional<Dataset<Row>> rows, boolean isAdopted) {
    /**
     * Looks at what is there.
     *
     * @param there what the place shows; empty if there is nothing yet
     * @param state the columns of state
     * @param written the columns that a run writes beside those of state
     */
    static ComparedTarget of(
            RefreshCall refresh, Optional<Dataset<Row>> there, StateColumns state, StructType written) {
        if (there.isEmpty()) {
            return new ComparedTarget(state, state.addedTo(written), there, false);
        }
        Refreshing place = refresh.place();
        String output = refresh.sink().description();
        List<String> ids = refresh.embed().ids();
        Map<String, StructField> found = Columns.byName(there.get().schema());
        requireKeys(output, found, asThere(place, there.get(), written, ids), ids);
        boolean flagged = found.containsKey(Columns.lower(state.deletedAt()));
        StateColumns all = flagged ? state.withFlags() : state;
        StructType schema = all.addedTo(written);
        List<String> missing = requireColumns(refresh, there.get(), all, schema);
        Dataset<Row> rows = missing.isEmpty() ? there.get() : adopted(there.get(), output, all, written);
        return new ComparedTarget(all, schema, Optional.of(spelled(rows, schema)), !missing.isEmpty());
    }

    /**
     * Refuses other columns than those that a run would write.
     *
     * @param schema those, of which the ones of state may be missing where rows are taken over
     * @return the columns of state that are missing
     */
    static List<String> requireColumns(RefreshCall refresh, Dataset<Row> there, StateColumns state, StructType schema) {
        String output = refresh.keeper().description();
        Set<String> found = Columns.byName(there.schema()).keySet();
        List<String> missing = state.names().stream()
                .filter(name -> !found.contains(Columns.lower(name)))
                .toList();
        if (!missing.isEmpty()) {
            boolean canBeAdopted =
                    !refresh.place().takesRowsAsTheyCome() && refresh.apart().isEmpty();
            if (!refresh.settings().isOn(JobSettings.ADOPT)) {
                throw missing.equals(List.of(state.deletedAt()))
                        ? RefreshErrors.hasNoFlags(output, state.deletedAt(), canBeAdopted)
                        : RefreshErrors.hasNoState(output, missing, canBeAdopted);
            }
            if (!canBeAdopted) {
                throw RefreshErrors.cannotBeAdopted(output, "Its rows are not written anew.");
            }
        }
        // Of rows that are taken over, their texts are asked for by what hashes them; a state has none.
        Stream<String> texts = missing.isEmpty() && refresh.apart().isEmpty()
                ? refresh.embed().columns().byText().keySet().stream()
                : Stream.empty();
        Stream.concat(refresh.embed().ids().stream(), texts)
                .filter(name -> !found.contains(Columns.lower(name)))
                .findFirst()
                .ifPresent(name -> {
                    throw RefreshErrors.lacksKeyOrText(output, name);
                });
        Set<String> old = new LinkedHashSet<>(found);
        missing.forEach(name -> old.add(Columns.lower(name)));
        if (refresh.apart().isPresent()) {
            return missing;
        }
        Set<String> all = Columns.byName(schema).keySet();
        if (!all.containsAll(old) || !(refresh.addsColumns() || old.containsAll(all))) {
            throw RefreshErrors.otherColumns(output, there.schema(), List.copyOf(old), List.copyOf(all));
        }
        return missing;
    }

    /** The columns of the key, of the types that the place makes of those of the source. */
    private static StructType asThere(Refreshing place, Dataset<Row> there, StructType written, List<String> ids) {
        return there.sparkSession()
                .createDataFrame(List.<Row>of(), written)
                .select(ids.stream()
                        .map(id -> place.keyAsThere(id, Columns.named(id)).as(id))
                        .toArray(Column[]::new))
                .schema();
    }

    private static void requireKeys(
            String output, Map<String, StructField> found, StructType written, List<String> ids) {
        for (String id : ids) {
            DataType here = written.apply(id).dataType();
            StructField there = found.get(Columns.lower(id));
            if (there != null && !there.dataType().sameType(here)) {
                throw RefreshErrors.keyHasAnotherType(output, id, there.dataType(), here);
            }
        }
    }

    /** Keys that are compared by being equal, and are no texts. */
    static void requireKeys(StructType source, List<String> ids, List<String> texts) {
        for (String id : ids) {
            DataType type = source.apply(id).dataType();
            if (hasNoEquals(type)) {
                throw RefreshErrors.keyHasNoEquals(id, type);
            }
            if (texts.contains(id)) {
                throw RefreshErrors.keyIsText(id);
            }
        }
    }

    private static boolean hasNoEquals(DataType type) {
        return type instanceof FloatType
                || type instanceof DoubleType
                || type instanceof MapType
                || type instanceof ArrayType
                || (type instanceof StructType struct
                        && Arrays.stream(struct.fields()).anyMatch(field -> hasNoEquals(field.dataType())));
    }

    /** The rows with the state that they would have, had a refresh made them from the texts that stand there. */
    private static Dataset<Row> adopted(Dataset<Row> rows, String output, StateColumns state, StructType written) {
        Map<String, StructField> there = Columns.byName(rows.schema());
        Dataset<Row> all = rows;
        for (Map.Entry<String, String> column : state.vectors().byText().entrySet()) {
            String text = column.getKey();
            String vector = column.getValue();
            if (there.containsKey(Columns.lower(StateColumns.fingerprint(vector)))) {
                continue;
            }
            if (state.vectors().chunked()) {
                throw RefreshErrors.cannotBeAdopted(output, "Its chunks do not say how many a document has.");
            }
            StructField vectors = Optional.ofNullable(there.get(Columns.lower(vector)))
                    .orElseThrow(() -> RefreshErrors.cannotBeAdopted(output, "It has no column " + vector + "."));
            if (!there.containsKey(Columns.lower(text))) {
                throw RefreshErrors.cannotBeAdopted(output, "It does not hold the texts, column " + text + ".");
            }
            EmbeddingMetadata label = EmbeddingMetadata.of(vectors)
                    .orElseThrow(() -> RefreshErrors.cannotBeAdopted(
                            output, "Column %s does not say which model its vectors are of.".formatted(vector)));
            EmbeddingMetadata ours = EmbeddingMetadata.of(written.apply(vector)).orElseThrow();
            if (!shape(label).equals(shape(ours))) {
                throw RefreshErrors.cannotBeAdopted(
                        output,
                        "Column %s was made with %s; this run has %s.".formatted(vector, shape(label), shape(ours)));
            }
            List<String> lacking = state.others().hashed().stream()
                    .filter(name -> !there.containsKey(Columns.lower(name)))
                    .toList();
            Column others = lacking.isEmpty()
                    ? state.hashOfOthers()
                    : functions.lit(null).cast(state.bytes() ? "binary" : "string");
            all = all.withColumn(
                            StateColumns.textHash(vector),
                            functions.when(functions.not(state.failed(text)), state.hashOf(Columns.named(text))))
                    .withColumn(StateColumns.rowHash(vector), others)
                    .withColumn(
                            StateColumns.fingerprint(vector),
                            functions.lit(state.shape().toString()));
        }
        return state.flags() && !there.containsKey(Columns.lower(state.deletedAt()))
                ? all.withColumn(state.deletedAt(), functions.lit(null).cast("timestamp"))
                : all;
    }

    /** What a column says of its vectors, but for where the model lies and what the host did. */
    private static Map<String, String> shape(EmbeddingMetadata label) {
        Map<String, String> shape = new TreeMap<>(label.options());
        shape.keySet().removeIf(key -> EmbedOptions.all().stream()
                .filter(option -> option.key().equals(key))
                .anyMatch(option ->
                        option.isOfHost() || option == EmbedOptions.MODEL || option == EmbedOptions.ON_ERROR));
        if (EmbeddingMetadata.areAlike(Precision.AUTO, label.precision())) {
            // Older tables name what hosts choose by themselves.
            shape.remove(EmbedOptions.PRECISION.key());
        }
        shape.put("fingerprint", "%.12s".formatted(label.fingerprint()));
        shape.put("components", Long.toString(label.dimension()));
        return shape;
    }

    /** The rows under the names and in the order of the columns that are written; those that they lack are null. */
    private static Dataset<Row> spelled(Dataset<Row> rows, StructType schema) {
        return Columns.filled(rows, schema)
                .select(Arrays.stream(schema.fields())
                        .map(field -> Columns.named(field.name()).as(field.name()))
                        .toArray(Column[]::new));
    }

    /** The same after a commit that left these rows. */
    ComparedTarget after(Optional<Dataset<Row>> there) {
        return new ComparedTarget(state, schema, there.map(left -> spelled(left, schema)), false);
    }

    /** What is done with rows of the target that the source does not have. */
    Missing missing(Deleted deleted, boolean isNarrowed, Optional<String> where) {
        return new Missing(
                deleted != Deleted.KEEP && !isNarrowed, state.flags(), deleted == Deleted.FLAG, where, false);
    }
}
