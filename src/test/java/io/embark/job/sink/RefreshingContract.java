/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.embark.EmbedOptions;
import io.embark.job.source.Source;
import io.embark.job.table.Columns;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/**
 * What every place holds that can be brought up to date: it shows what is there, and takes changes row by row. Rows have a column
 * for each kind of state that stands beside vectors.
 */
public abstract class RefreshingContract {
    private static final List<String> KEYS = List.of("id");
    private static final List<String> KEPT = List.of("embedding", "embedding_text_hash", "embedding_fingerprint");
    private static final List<String> MARK = List.of("embedding_deleted_at");
    private static final Timestamp NOON = Timestamp.from(Instant.parse("2026-01-02T12:00:00.000001Z"));

    protected SparkSession spark() {
        return SharedSpark.session();
    }

    protected abstract SinkKind kind();

    /** The place of this test, the same each time, with nothing in it at first; its key is {@code id}, where it has any. */
    protected abstract SinkRequest place(WriteMode mode);

    /** Whether a row may be without a vector. */
    protected boolean takesNullVectors() {
        return true;
    }

    /** Whether the key of a row may be null. */
    protected boolean takesNullKeys() {
        return true;
    }

    /** A name for a column that is as hard to write in a statement as the place allows. */
    protected String awkward() {
        return "a.b `c` \"d\"";
    }

    /** The place as a run opens it. */
    protected final Sink sink() {
        Sink sink = kind().open(spark(), place(WriteMode.OVERWRITE));
        return refreshing(sink).takesRowsAsTheyCome() ? kind().open(spark(), place(WriteMode.APPEND)) : sink;
    }

    protected static Refreshing refreshing(Sink sink) {
        return sink.refreshing().orElseThrow();
    }

    private Optional<Dataset<Row>> there() {
        return refreshing(sink()).there();
    }

    /** The columns of the place; {@code id} is a long. */
    protected final StructType schema() {
        Metadata label =
                EmbeddingMetadata.of("m", "f", 2, EmbedOptions.defaults()).toMetadata();
        return new StructType()
                .add("id", DataTypes.LongType)
                .add("text", DataTypes.StringType)
                .add(awkward(), DataTypes.IntegerType)
                .add(new StructField("embedding", DataTypes.createArrayType(DataTypes.FloatType, false), true, label))
                .add(
                        "embedding_text_hash",
                        refreshing(sink()).keepsBytes() ? DataTypes.BinaryType : DataTypes.StringType)
                .add("embedding_fingerprint", DataTypes.StringType)
                .add("embedding_deleted_at", DataTypes.TimestampType);
    }

    /** A whole row that is not marked; the vector is its own. */
    protected final Row row(Long id, String text, int number, Float vector) {
        byte[] hash = (text + "-hash").getBytes(StandardCharsets.UTF_8);
        return RowFactory.create(
                id,
                text,
                number,
                vector == null ? null : new float[] {vector, -0.0f},
                refreshing(sink()).keepsBytes() ? hash : HexFormat.of().formatHex(hash),
                "model:options",
                null);
    }

    private List<Row> firstRows() {
        return List.of(row(1L, "one", 10, 0.1f), row(2L, "two", 20, 0.2f), row(3L, "three", 30, 0.3f));
    }

    protected final Dataset<Row> rows(List<Row> rows) {
        return spark().createDataFrame(rows, schema());
    }

    /** Writes rows as the first run does. */
    protected final void write(List<Row> rows) {
        Sink sink = sink();
        sink.check(schema(), source());
        sink.write(rows(rows));
    }

    private Source source() {
        return Source.of(rows(List.of()), "test", Optional.empty(), true);
    }

    /** A row that gets a text and a number. */
    protected final Row update(Long id, String text, int number) {
        return change(Changes.UPDATE, id, text, number, null);
    }

    protected final Row mark(Long id) {
        return change(Changes.MARK, id, null, null, NOON);
    }

    protected final Row delete(Long id) {
        return change(Changes.DELETE, id, null, null, null);
    }

    protected final Row put(Row row) {
        return RowFactory.create(
                Stream.concat(values(row).stream(), Stream.of(Changes.PUT)).toArray());
    }

    private static Row change(String action, Long id, String text, Integer number, Timestamp deleted) {
        return RowFactory.create(id, text, number, null, null, null, deleted, action);
    }

    private static List<Object> values(Row row) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            values.add(row.get(i));
        }
        return values;
    }

    protected final Changes changes(Row... rows) {
        StructType schema = schema().add(Changes.ACTION, DataTypes.StringType, false);
        return new Changes(spark().createDataFrame(Arrays.asList(rows), schema), KEYS, KEPT, MARK);
    }

    /** Brings changes in as a run does. */
    protected final boolean apply(Row... rows) {
        Sink sink = sink();
        sink.check(schema(), source());
        if (!refreshing(sink).takesRowsAsTheyCome()) {
            return refreshing(sink).apply(changes(rows), () -> {});
        }
        Row[] others = Arrays.stream(rows)
                .filter(row -> !row.get(row.size() - 1).equals(Changes.PUT))
                .toArray(Row[]::new);
        if (others.length < rows.length) {
            sink.write(changes(rows).of(Changes.PUT));
        }
        return refreshing(sink).apply(changes(others), () -> {});
    }

    /** The columns of each row that is there, by its key. */
    protected final Map<String, List<Object>> found() {
        return shown(there().orElseThrow());
    }

    private Map<String, List<Object>> shown(List<Row> rows) {
        return shown(rows(rows));
    }

    private Map<String, List<Object>> shown(Dataset<Row> rows) {
        Column[] columns = Stream.of(schema().fieldNames()).map(Columns::named).toArray(Column[]::new);
        Map<String, List<Object>> shown = new TreeMap<>();
        for (Row row : rows.select(columns).collectAsList()) {
            List<Object> before = shown.put(
                    String.valueOf(row.get(0)),
                    values(row).stream().map(RefreshingContract::shown).toList());
            assertThat(before).as("a row with the key %s", row.get(0)).isNull();
        }
        return shown;
    }

    /** Bytes as the digits that stand for them, instants without a zone, null as a word. */
    private static Object shown(Object value) {
        if (value instanceof byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
        if (value instanceof scala.collection.Seq<?> sequence) {
            return sequence.mkString(" ");
        }
        return String.valueOf(value instanceof Timestamp instant ? instant.toInstant() : value);
    }

    private void assertFound(Row... rows) {
        assertThat(found()).isEqualTo(shown(List.of(rows)));
    }

    /** A row after its mark. */
    private static Row marked(Row row) {
        Object[] values = values(row).toArray();
        values[values.length - 1] = NOON;
        return RowFactory.create(values);
    }

    /** The row with the vector, and what stands there of its making, of another. */
    private static Row withVectorOf(Row other, Row row) {
        Object[] values = values(row).toArray();
        for (int i = 3; i < 6; i++) {
            values[i] = other.get(i);
        }
        return RowFactory.create(values);
    }

    @Test
    void showsNothingBeforeTheFirstRun() {
        assertThat(there()).isEmpty();
    }

    @Test
    void showsTheRowsThatWereWritten() {
        write(firstRows());

        assertThat(found()).isEqualTo(shown(firstRows()));
    }

    @Test
    void showsKeysInTheirType() {
        write(firstRows());

        assertThat(there().orElseThrow().schema().apply("id").dataType()).isEqualTo(DataTypes.LongType);
    }

    @Test
    void showsAPlaceWithoutRows() {
        write(List.of());

        assertThat(found()).isEmpty();
    }

    @Test
    void keepsARowWhoseTextFailed() {
        assumeTrue(takesNullVectors(), "a row has a vector there");
        Row failed = RowFactory.create(4L, null, null, null, null, "model:options", null);
        write(List.of(row(1L, "one", 10, 0.1f), failed));

        assertFound(row(1L, "one", 10, 0.1f), failed);
    }

    @Test
    void readsNoColumnThatNobodyAsksFor() {
        write(firstRows());
        Dataset<Row> narrow = there().orElseThrow().select("id", "embedding_text_hash");

        List<DataType> scanned = new ArrayList<>();
        scala.collection.Iterator<SparkPlan> leaves =
                narrow.queryExecution().executedPlan().collectLeaves().iterator();
        while (leaves.hasNext()) {
            leaves.next().schema().foreach(column -> scanned.add(column.dataType()));
        }
        // Those of the key and of the hash; their names within the scan are the place's own.
        assertThat(scanned)
                .contains(DataTypes.LongType)
                .doesNotContain(DataTypes.IntegerType, DataTypes.TimestampType)
                .noneMatch(type -> type instanceof ArrayType);
    }

    @Test
    void anUpdateLeavesTheVectorAndWhatIsSaidOfIt() {
        write(firstRows());

        assertThat(apply(update(2L, "zwei", 22))).isTrue();
        assertFound(
                row(1L, "one", 10, 0.1f),
                withVectorOf(row(2L, "two", 20, 0.2f), row(2L, "zwei", 22, null)),
                row(3L, "three", 30, 0.3f));
    }

    @Test
    void anUpdateTakesAMarkAway() {
        write(firstRows());
        apply(mark(2L));

        apply(update(2L, "two", 20));
        assertThat(found()).isEqualTo(shown(firstRows()));
    }

    @Test
    void aMarkSetsItsColumnAlone() {
        write(firstRows());

        assertThat(apply(mark(3L))).isTrue();
        assertFound(row(1L, "one", 10, 0.1f), row(2L, "two", 20, 0.2f), marked(row(3L, "three", 30, 0.3f)));
    }

    @Test
    void aDeletionTakesTheRowsOfItsKeys() {
        write(firstRows());

        assertThat(apply(delete(1L), delete(3L))).isTrue();
        assertFound(row(2L, "two", 20, 0.2f));
    }

    @Test
    void aWholeRowTakesThePlaceOfTheOneWithItsKeyOrIsANewOne() {
        write(firstRows());

        assertThat(apply(put(row(2L, "deux", 2, 2.5f)), put(row(9L, "neuf", 9, 9.5f))))
                .isTrue();
        assertFound(
                row(1L, "one", 10, 0.1f),
                row(2L, "deux", 2, 2.5f),
                row(3L, "three", 30, 0.3f),
                row(9L, "neuf", 9, 9.5f));
    }

    @Test
    void theSameChangesMadeAgainEndWithTheSameRows() {
        write(List.of(
                row(1L, "one", 10, 0.1f),
                row(2L, "two", 20, 0.2f),
                row(3L, "three", 30, 0.3f),
                row(4L, "four", 40, 0.4f)));
        Row[] all = {put(row(5L, "five", 50, 0.5f)), update(2L, "zwei", 22), mark(3L), delete(4L)};

        for (int i = 0; i < 2; i++) {
            assertThat(apply(all)).isTrue();
            assertFound(
                    row(1L, "one", 10, 0.1f),
                    withVectorOf(row(2L, "two", 20, 0.2f), row(2L, "zwei", 22, null)),
                    marked(row(3L, "three", 30, 0.3f)),
                    row(5L, "five", 50, 0.5f));
        }
    }

    @Test
    void changesOfARowThatIsGoneAreNothing() {
        write(firstRows());

        assertThat(apply(update(7L, "seven", 7), mark(8L), delete(9L))).isTrue();
        assertThat(found()).isEqualTo(shown(firstRows()));
    }

    @Test
    void nullIsAKeyAsAnyOther() {
        assumeTrue(takesNullKeys(), "a key is not null there");
        write(List.of(row(1L, "one", 10, 0.1f), row(null, "none", 0, 0.0f)));

        apply(update(null, "keiner", 1));
        assertFound(row(1L, "one", 10, 0.1f), withVectorOf(row(null, "none", 0, 0.0f), row(null, "keiner", 1, null)));
        apply(delete(null));
        assertFound(row(1L, "one", 10, 0.1f));
    }

    @Test
    void tellsOnceThatChangesWillBeSeen() {
        write(firstRows());
        Sink sink = sink();
        sink.check(schema(), source());
        List<String> told = new ArrayList<>();

        refreshing(sink).apply(changes(delete(1L)), () -> told.add("told"));
        assertThat(told).containsExactly("told");
    }

    /** More than go in at once. */
    @Test
    void takesManyChanges() {
        int count = 3_000;
        write(rowsOf(count, "old"));
        Dataset<Row> all = rows(rowsOf(count, "new"))
                .withColumn("embedding", functions.lit(null).cast("array<float>"))
                .withColumn(
                        Changes.ACTION,
                        functions.expr("CASE id % 3 WHEN 0 THEN 'update' WHEN 1 THEN 'mark' ELSE 'delete' END"))
                .withColumn(
                        "embedding_deleted_at",
                        functions.expr("IF(id % 3 = 1, TIMESTAMP'2026-01-02 12:00:00.000001Z', null)"))
                .repartition(3);
        Sink sink = sink();
        sink.check(schema(), source());

        assertThat(refreshing(sink).apply(new Changes(all, KEYS, KEPT, MARK), () -> {}))
                .isTrue();
        Dataset<Row> rows = there().orElseThrow();
        assertThat(rows.where("text = 'new' AND embedding_deleted_at IS NULL").count())
                .isEqualTo(count / 3);
        assertThat(rows.where("text = 'old' AND embedding_deleted_at IS NOT NULL")
                        .count())
                .isEqualTo(count / 3);
        assertThat(rows.where("embedding IS NOT NULL").count()).isEqualTo(2L * count / 3);
    }

    private List<Row> rowsOf(int count, String text) {
        List<Row> rows = new ArrayList<>();
        for (int id = 0; id < count; id++) {
            rows.add(row((long) id, text, id, (float) id));
        }
        return rows;
    }
}
