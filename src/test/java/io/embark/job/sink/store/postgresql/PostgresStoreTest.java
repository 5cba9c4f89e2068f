/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.job.sink.Half;
import io.embark.job.sink.Sink;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.StoreKind;
import io.embark.job.source.Source;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a table of PostgreSQL is asked for, takes and refuses, on a server without pgvector and on one with it. */
@Tag("postgresql")
class PostgresStoreTest {
    private static final float[] VECTOR = {0.1f, -0.0f, 1f / 3, 1e-7f};

    private final SparkSession spark = SharedSpark.session();
    private final PostgresServer plain = PostgresServer.plain();
    private final PostgresServer vectors = PostgresServer.withVectors();

    @BeforeEach
    void noTable() throws Exception {
        for (PostgresServer server : List.of(plain, vectors)) {
            server.run("DROP TABLE IF EXISTS articles CASCADE", "DROP TABLE IF EXISTS notes CASCADE");
        }
    }

    private Dataset<Row> rows(int from, int to) {
        return rows("f", VECTOR, from, to);
    }

    private Dataset<Row> rows(String fingerprint, float[] vector, int from, int to) {
        StructType schema = new StructType()
                .add("id", DataTypes.LongType)
                .add("text", DataTypes.StringType)
                .add(new StructField(
                        "embedding",
                        DataTypes.createArrayType(DataTypes.FloatType, false),
                        true,
                        EmbeddingMetadata.of("m", fingerprint, vector.length, EmbedOptions.defaults())
                                .toMetadata()));
        List<Row> rows = IntStream.range(from, to)
                .mapToObj(id -> RowFactory.create((long) id, "text " + id, vector))
                .toList();
        return spark.createDataFrame(rows, schema).repartition(2);
    }

    private Sink sink(PostgresServer server, WriteMode mode, Map<String, String> more, String vectorType) {
        return new StoreKind().open(spark, server.request("articles", mode, more, Optional.ofNullable(vectorType)));
    }

    private void write(PostgresServer server, WriteMode mode, Dataset<Row> rows, String vectorType) {
        write(sink(server, mode, Map.of(), vectorType), rows);
    }

    private void write(Sink sink, Dataset<Row> rows) {
        sink.check(rows.schema(), Source.of(rows, "test", Optional.empty(), true));
        sink.write(rows);
    }

    private void append(PostgresServer server, Dataset<Row> rows) {
        write(server, WriteMode.APPEND, rows, null);
    }

    private static List<Float> stored(PostgresServer server) throws Exception {
        String text = server.ask("SELECT embedding::real[] FROM articles WHERE id = 3")
                .get(0);
        List<Float> numbers = new ArrayList<>();
        for (String number : text.substring(1, text.length() - 1).split(",", -1)) {
            numbers.add(Float.valueOf(number));
        }
        return numbers;
    }

    private static List<Float> floats(float... numbers) {
        List<Float> all = new ArrayList<>();
        for (float number : numbers) {
            all.add(number);
        }
        return all;
    }

    @Test
    void aNewTableHasTheTypeThatIsAskedFor() throws Exception {
        for (String type : List.of("array<float>", "array<double>", "vector", "halfvec", "float16-bytes")) {
            vectors.run("DROP TABLE IF EXISTS articles");
            write(vectors, WriteMode.ERROR, rows(0, 5), type);

            assertThat(vectors.ask("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid ="
                            + " 'articles'::regclass AND attname = 'embedding'"))
                    .containsExactly(
                            switch (type) {
                                case "array<float>" -> "real[]";
                                case "array<double>" -> "double precision[]";
                                case "vector" -> "vector(4)";
                                case "halfvec" -> "halfvec(4)";
                                default -> "bytea";
                            });
            if (!type.equals("float16-bytes")) {
                assertThat(stored(vectors))
                        .isEqualTo(
                                type.equals("halfvec")
                                        ? floats(Half.rounded(0.1f), -0.0f, Half.rounded(1f / 3), Half.rounded(1e-7f))
                                        : floats(VECTOR));
            }
        }
        assertThat(vectors.ask("SELECT encode(embedding, 'hex') FROM articles WHERE id = 3"))
                .containsExactly("662e008055350200");
    }

    @Test
    void theColumnThatIsThereSaysTheType() throws Exception {
        vectors.run("CREATE TABLE articles (id bigint PRIMARY KEY, text text, embedding halfvec(4))");
        append(vectors, rows(0, 5));
        append(vectors, rows(3, 9));

        assertThat(vectors.ask("SELECT count(*) FROM articles")).containsExactly("9");
        assertThat(stored(vectors).get(0)).isEqualTo(Half.rounded(0.1f));
        assertThatThrownBy(() -> write(vectors, WriteMode.APPEND, rows(0, 1), "vector"))
                .hasMessage("""
                        postgresql table articles: column 'embedding' has another type
                        It is halfvec(4); --vector-type asks for vector.
                        Leave --vector-type out to write it as it is, or change the column.""");
    }

    @Test
    void aNumberThatIsTooGreatForAHalfIsRefusedWithItsRow() {
        assertThatThrownBy(() -> write(vectors, WriteMode.ERROR, rows("f", new float[] {1, 70000}, 7, 8), "halfvec"))
                .hasStackTraceContaining("postgresql table articles: the vector of row id=7 does not fit")
                .hasStackTraceContaining("Component 1 is 70000.0; the greatest number of 16 bits is 65504.0.");
    }

    @Test
    void aTypeOfPgvectorIsRefusedWhereItIsMissing() {
        assertThatThrownBy(() -> write(plain, WriteMode.ERROR, rows(0, 5), "vector"))
                .hasMessage("""
                        postgresql table articles: has no type vector
                        It comes with pgvector, which this database does not have, or not in its search path.
                        Run CREATE EXTENSION vector in it, or leave --vector-type out for real[].""");
    }

    @Test
    void aTableWithoutAUniqueIndexIsRefusedWithTheStatementThatMakesIt() throws Exception {
        plain.run(
                "CREATE TABLE articles (id bigint, text text, embedding real[])",
                "CREATE UNIQUE INDEX ON articles (id) WHERE id > 0");
        assertThatThrownBy(() -> append(plain, rows(0, 5)))
                .hasMessage(
                        "postgresql table articles: has no unique index on id\n"
                                + "Rows are updated by it. Indexes of a part of the rows, of expressions and deferred ones do not"
                                + " serve.\n"
                                + "Run CREATE UNIQUE INDEX ON \"public\".\"articles\" (\"id\"), or name its key with --id-column.");

        plain.run("CREATE UNIQUE INDEX ON \"public\".\"articles\" (\"id\")");
        append(plain, rows(0, 5));
        assertThat(plain.ask("SELECT count(*) FROM articles")).containsExactly("5");
    }

    @Test
    void vectorsOfAnotherModelOrLengthAreRefused() throws Exception {
        append(plain, rows(0, 5));

        assertThatThrownBy(() -> append(plain, rows("other", VECTOR, 5, 9)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining("column 'embedding' holds vectors of another model");
        assertThatThrownBy(() -> append(plain, rows("f", new float[] {1, 2}, 5, 9)))
                .hasMessageContaining("column 'embedding' holds vectors of 4 components\nThose of this run have 2.");

        write(plain, WriteMode.OVERWRITE, rows("other", VECTOR, 5, 9), null);
        append(plain, rows("other", VECTOR, 9, 10));
        assertThat(plain.ask("SELECT id FROM articles ORDER BY id")).containsExactly("5", "6", "7", "8", "9");
    }

    @Test
    void columnsThatTheServerFillsStayAndOthersHaveToBeNamed() throws Exception {
        plain.run("CREATE TABLE articles (id bigint PRIMARY KEY, text text, embedding real[],"
                + " made timestamptz DEFAULT now(), note text)");
        assertThatThrownBy(() -> append(plain, rows(0, 5))).hasMessage("""
                        postgresql table articles: has a column 'note' that the rows have not
                        It has no default, and would be null in new rows and old in others.
                        Add it with --sql, or let it be with --sink-option leave=note.""");

        plain.run("INSERT INTO articles (id, note) VALUES (3, 'mine')");
        write(sink(plain, WriteMode.APPEND, Map.of("leave", "note"), null), rows(0, 5));
        assertThat(plain.ask("SELECT note || text || (made IS NOT NULL) FROM articles WHERE id = 3"))
                .containsExactly("minetext 3true");
    }

    @Test
    void aTableThatIsReplacedKeepsIndexesGrantsViewsAndWhatPointsAtIt() throws Exception {
        append(plain, rows(0, 5));
        plain.run(
                "CREATE INDEX articles_text ON articles (text)",
                "CREATE VIEW notes_view AS SELECT id FROM articles",
                "CREATE TABLE notes (article bigint REFERENCES articles (id))",
                "INSERT INTO notes VALUES (3)");
        assertThatThrownBy(() -> write(plain, WriteMode.OVERWRITE, rows(10, 13), null))
                .as("a row that another table points at")
                .hasMessageContaining("postgresql table articles: the new rows cannot be put in their place")
                .hasMessageContaining("violates foreign key constraint");
        assertThat(plain.ask("SELECT count(*) FROM articles")).containsExactly("5");

        write(plain, WriteMode.OVERWRITE, rows(3, 9), null);
        assertThat(plain.ask("SELECT id FROM notes_view ORDER BY id")).containsExactly("3", "4", "5", "6", "7", "8");
        assertThat(plain.ask("SELECT indexname FROM pg_indexes WHERE tablename = 'articles' ORDER BY 1"))
                .containsExactly("articles_pkey", "articles_text");
        assertThat(plain.ask("SELECT relname FROM pg_class WHERE relname LIKE 'embark%'"))
                .as("tables of runs")
                .isEmpty();
    }

    @Test
    void aRowThatTheServerRefusesIsNamed() {
        Dataset<Row> rows = rows(0, 40);
        Dataset<Row> bad = rows.select(
                functions.col("id"),
                functions.expr("IF(id = 27, concat('a', chr(0), 'b'), text)").as("text"),
                functions.col("embedding"));
        assertThatThrownBy(() -> append(plain, bad))
                .hasStackTraceContaining("postgresql table articles: does not take row id=27")
                .hasStackTraceContaining("invalid byte sequence");
    }

    @Test
    void keysThatAreNullOrStandInTwoRowsAreRefusedBeforeAnythingIsWritten() throws Exception {
        assertThatThrownBy(() -> append(plain, rows(0, 5).union(rows(4, 6)))).hasMessage("""
                        key id=4: stands in 2 rows
                        A store keeps one of them, and which depends on which task comes last.
                        Name the columns that tell rows apart with --id-column, or choose one row of each key with --sql.""");
        assertThatThrownBy(
                        () -> append(plain, rows(0, 5).selectExpr("IF(id = 3, null, id) AS id", "text", "embedding")))
                .hasMessageContaining("column 'id': is null in a row");
        assertThat(plain.ask("SELECT to_regclass('articles')")).containsExactly((String) null);
    }

    @Test
    void ofALimitedSourceTheKeysOfTheChosenRowsCount() throws Exception {
        Sink sink = sink(plain, WriteMode.APPEND, Map.of(), null);
        sink.check(rows(0, 5).schema(), Source.of(rows(0, 5).union(rows(0, 5)), "test", Optional.empty(), true));
        sink.chosen(rows(0, 5));
        sink.write(rows(0, 5));

        assertThat(plain.ask("SELECT count(*) FROM articles")).containsExactly("5");
    }

    @Test
    void aVectorThatATriggerChangesEndsTheRun() throws Exception {
        append(plain, rows(0, 1));
        plain.run(
                "CREATE OR REPLACE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                        + " NEW.embedding[1] := 0.25; RETURN NEW; END $$",
                "CREATE TRIGGER spoil BEFORE INSERT OR UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION spoil()");
        assertThatThrownBy(() -> append(plain, rows(5, 6)))
                .hasStackTraceContaining("postgresql table articles: column embedding of row id=5 is not what was sent")
                .hasStackTraceContaining("Component 0 is 0.25 there, and 0.1 was sent.");
    }

    @Test
    void valuesOfManyTypesArriveAsTheyAre() throws Exception {
        Dataset<Row> rows = rows(3, 4)
                .selectExpr(
                        "id",
                        "1Y AS tiny",
                        "2S AS small",
                        "3 AS whole",
                        "0.1F AS real",
                        "0.1D AS wide",
                        "true AS yes",
                        "1.50BD AS price",
                        "DATE'1500-02-03' AS day",
                        "TIMESTAMP'2026-01-02 03:04:05.678901Z' AS moment",
                        "TIMESTAMP_NTZ'2026-01-02 03:04:05.678901' AS clock",
                        "X'00FF' AS bytes",
                        "array('a\"b', null, 'c,d') AS words",
                        "array(1L, 2L) AS counts",
                        "embedding");
        append(plain, rows);

        assertThat(plain.ask("SELECT concat_ws('|', tiny, small, whole, real, wide,"
                        + " yes, price, day, moment AT TIME ZONE 'UTC', clock, bytes, words, counts) FROM articles"))
                .containsExactly("1|2|3|0.1|0.1|t|1.50|1500-02-03|2026-01-02 03:04:05.678901|2026-01-02"
                        + " 03:04:05.678901|\\x00ff|{\"a\\\"b\",NULL,\"c,d\"}|{1,2}");
    }

    @Test
    void textsBecomeWhatTheColumnTakes() throws Exception {
        plain.run(
                "DROP TYPE IF EXISTS mood CASCADE",
                "CREATE TYPE mood AS ENUM ('glad', 'sad')",
                "CREATE TABLE articles (id uuid PRIMARY KEY, data jsonb, mood mood, embedding real[])");
        append(
                plain,
                rows(0, 2)
                        .selectExpr(
                                "concat('00000000-0000-0000-0000-00000000000', id) AS id",
                                "'{\"a\": 1}' AS data",
                                "'glad' AS mood",
                                "embedding"));

        assertThat(plain.ask("SELECT id || (data ->> 'a') || mood FROM articles ORDER BY id"))
                .containsExactly(
                        "00000000-0000-0000-0000-0000000000001glad", "00000000-0000-0000-0000-0000000000011glad");
    }

    @Test
    void whatCannotBeReachedOrDoneIsToldInThreeLines() throws Exception {
        assertThatThrownBy(() -> sink(plain, WriteMode.APPEND, Map.of("password", "wrong-one"), null)
                        .check(rows(0, 1).schema(), null))
                .hasMessageContaining("postgresql table articles: cannot be reached or looked at")
                .hasMessageContaining("password authentication failed")
                .hasMessageNotContaining("wrong-one");
        assertThatThrownBy(() -> sink(plain, WriteMode.APPEND, Map.of("sslmod", "require"), null))
                .hasMessageContaining("option sink-option: 'sslmod' does not exist")
                .hasMessageContaining("Did you mean sslmode?");
        assertThatThrownBy(() -> sink(plain, WriteMode.APPEND, Map.of("dbtable", "none.articles"), null)
                        .check(rows(0, 1).schema(), null))
                .hasMessageContaining("There is no schema none.");
        plain.run("CREATE VIEW articles AS SELECT 1::bigint AS id");
        try {
            assertThatThrownBy(() -> append(plain, rows(0, 5))).hasMessageContaining("It is a view");
        } finally {
            plain.run("DROP VIEW articles");
        }
    }

    @Test
    void whatAKilledRunLeftIsRemovedByTheNext() throws Exception {
        append(plain, rows(0, 5));
        plain.run(
                "DROP TABLE IF EXISTS embark_run_0_articles",
                "CREATE TABLE embark_run_0_articles (id int)",
                "COMMENT ON TABLE embark_run_0_articles IS 'Rows of an unfinished run of Embark for public.articles'");
        append(plain, rows(5, 6));

        assertThat(plain.ask("SELECT relname FROM pg_class WHERE relname LIKE 'embark%'"))
                .isEmpty();
    }

    /** Neither those of users nor what another user's run left, which this one may not remove. */
    @Test
    void tablesThatAreNotItsOwnAreLeftAlone() throws Exception {
        plain.run(
                "DROP TABLE IF EXISTS embark_run_1_articles, embark_run_2_articles, embark_run_3_articles CASCADE",
                "DO $$ BEGIN CREATE ROLE embark_writer LOGIN PASSWORD 'not secret'; EXCEPTION WHEN duplicate_object THEN END $$",
                "GRANT CREATE ON SCHEMA public TO embark_writer",
                "CREATE TABLE embark_run_1_articles (id int)",
                "CREATE TABLE embark_run_2_articles (id int)",
                "COMMENT ON TABLE embark_run_2_articles IS 'Rows of an unfinished run of Embark for public.articles'",
                "CREATE TABLE embark_run_3_articles (id int)",
                "COMMENT ON TABLE embark_run_3_articles IS 'Rows of an unfinished run of Embark for public.articles'",
                "CREATE VIEW of_left_rows AS SELECT * FROM embark_run_3_articles");
        Map<String, String> writer = Map.of("user", "embark_writer", "password", "not secret");
        write(sink(plain, WriteMode.ERROR, writer, null), rows(0, 5));
        write(sink(plain, WriteMode.OVERWRITE, writer, null), rows(0, 3));
        assertThat(plain.ask("SELECT relname FROM pg_class WHERE relname LIKE 'embark%_articles' ORDER BY 1"))
                .containsExactly("embark_run_1_articles", "embark_run_2_articles", "embark_run_3_articles");

        append(plain, rows(0, 1));
        assertThat(plain.ask("SELECT relname FROM pg_class WHERE relname LIKE 'embark%_articles' ORDER BY 1"))
                .containsExactly("embark_run_1_articles", "embark_run_3_articles");
        plain.run(
                "DROP TABLE articles, embark_run_1_articles, embark_run_3_articles CASCADE",
                "DROP OWNED BY embark_writer",
                "DROP ROLE embark_writer");
    }

    @Test
    void aTableThatIsReplacedNeedsRoomForItsRowsBesideIt() throws Exception {
        plain.run(
                "CREATE TABLE articles (id bigint PRIMARY KEY, text text, embedding real[])",
                "DO $$ BEGIN CREATE ROLE embark_writer LOGIN PASSWORD 'not secret'; EXCEPTION WHEN duplicate_object THEN END $$",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON articles TO embark_writer");
        Map<String, String> writer = Map.of("user", "embark_writer", "password", "not secret");

        assertThatThrownBy(() -> write(sink(plain, WriteMode.OVERWRITE, writer, null), rows(0, 5)))
                .hasMessage("""
                        postgresql table articles: cannot be replaced
                        New rows are kept beside it until all are there, and this user may not create tables in schema public.
                        GRANT CREATE ON SCHEMA "public" to it, or choose --mode append.""");
        write(sink(plain, WriteMode.APPEND, writer, null), rows(0, 5));
        assertThat(plain.ask("SELECT count(*) FROM articles")).containsExactly("5");
        plain.run("DROP TABLE articles", "DROP OWNED BY embark_writer", "DROP ROLE embark_writer");
    }

    @Test
    void twoRunsAtOnceLeaveEachRowOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Callable<Void> run = () -> {
                append(plain, rows(0, 2_000));
                return null;
            };
            for (Future<Void> done : threads.invokeAll(List.of(run, run))) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(plain.ask(
                        "SELECT count(*) || ' ' || count(DISTINCT id) || ' ' || min(embedding)::text || max(embedding)::text"
                                + " FROM articles"))
                .containsExactly("2000 2000 {0.1,-0,0.33333334,1e-07}{0.1,-0,0.33333334,1e-07}");
    }
}
