/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.VectorType;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.Store;
import io.embark.job.sink.store.StoreRow;
import io.embark.job.sink.store.StoreSession;
import io.embark.job.sink.store.StoreTable;
import io.embark.job.sink.store.StoreWrite;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import io.embark.spark.version.Scala;
import io.milvus.v2.client.ConnectConfig;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.DataType;
import io.milvus.v2.service.collection.request.AddFieldReq;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.collection.request.DescribeCollectionReq;
import io.milvus.v2.service.collection.request.DropCollectionReq;
import io.milvus.v2.service.collection.request.HasCollectionReq;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server of Milvus Lite, which {@code .ci/proofs/milvus} starts, takes rows and gives them back. */
@Tag("milvus")
class MilvusStoreTest {
    private static final String URI = System.getProperty("embark.milvus.uri", "http://127.0.0.1:19530");
    private static final String NAME = "stored";
    private static final int DIMENSION = 8;
    private static final ArrayType FLOATS = DataTypes.createArrayType(DataTypes.FloatType);
    private static final StructType PLAIN = new StructType()
            .add("id", "long")
            .add("text", "string")
            .add("embedding", FLOATS, true, metadata("one").toMetadata());

    private MilvusClientV2 client;

    @BeforeAll
    static void startSpark() {
        SharedSpark.session();
    }

    @BeforeEach
    void connect() {
        client = new MilvusClientV2(
                ConnectConfig.builder().uri(URI).connectTimeoutMs(60_000).build());
        drop();
    }

    @AfterEach
    void disconnect() throws InterruptedException {
        drop();
        client.close(1);
    }

    private void drop() {
        if (exists()) {
            client.dropCollection(
                    DropCollectionReq.builder().collectionName(NAME).build());
        }
    }

    private boolean exists() {
        return client.hasCollection(
                HasCollectionReq.builder().collectionName(NAME).build());
    }

    @Test
    void vectorsComeBackBitForBit() throws Exception {
        float[] extremes = {0f, -0f, Float.MIN_VALUE, -Float.MIN_NORMAL, Float.MAX_VALUE, 1f / 3, -1e-30f, 0.1f};
        Random random = new Random(7);
        List<StoreRow> rows = IntStream.range(0, 50)
                .mapToObj(i -> row(PLAIN, vector(i == 0 ? extremes : random(random)), (long) i, "text " + i))
                .toList();

        try (StoreWrite write = begin(PLAIN, WriteMode.ERROR);
                StoreSession session = write.connector().open()) {
            session.upsert(rows);
            List<double[][]> read = session.read(rows);

            for (int i = 0; i < rows.size(); i++) {
                assertThat(bits(read.get(i)[0]))
                        .isEqualTo(bits(rows.get(i).vectors().get(0)));
            }
            write.commit();
        }
    }

    @Test
    void aRowIsPutInThePlaceOfTheOneWithItsKey() throws Exception {
        try (StoreWrite write = begin(PLAIN, WriteMode.APPEND);
                StoreSession session = write.connector().open()) {
            List<StoreRow> changed = List.of(row(PLAIN, vector(ones(2)), 1L, "new"));
            session.upsert(List.of(row(PLAIN, vector(ones(1)), 1L, "old"), row(PLAIN, vector(ones(1)), 2L, "old")));
            session.upsert(changed);
            session.upsert(changed);

            List<double[][]> read = session.read(
                    List.of(row(PLAIN, null, 1L, null), row(PLAIN, null, 2L, null), row(PLAIN, null, 3L, null)));
            assertThat(read.get(0)[0]).containsOnly(2);
            assertThat(read.get(1)[0]).containsOnly(1);
            assertThat(read.get(2)).as("no such row").isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "it's",
                "a \"quoted\" one",
                "back\\slash",
                "two\nlines",
                "tab\t",
                "ümlaut 𝄞",
                " ",
                "$x in [1]"
            })
    void keysAreStringsOfAnyKind(String key) throws Exception {
        StructType schema = new StructType()
                .add("id", "string")
                .add("embedding", FLOATS, true, metadata("one").toMetadata());
        try (StoreWrite write = begin(schema, WriteMode.APPEND);
                StoreSession session = write.connector().open()) {
            List<StoreRow> rows = List.of(row(schema, vector(ones(3)), key));
            session.upsert(rows);

            assertThat(session.read(rows).get(0)[0]).containsOnly(3);
        }
    }

    @Test
    void severalColumnsMakeOneKey() throws Exception {
        StructType schema = new StructType()
                .add("id", "string")
                .add("chunk", "integer")
                .add("embedding", FLOATS, true, metadata("one").toMetadata());
        StoreTable table = new StoreTable(
                schema, List.of("id", "chunk"), List.of("embedding"), Optional.empty(), WriteMode.APPEND);
        try (StoreWrite write = store(Map.of()).begin(table);
                StoreSession session = write.connector().open()) {
            List<StoreRow> rows = List.of(
                    pair(schema, vector(ones(1)), "a", 1),
                    pair(schema, vector(ones(2)), "a", 2),
                    pair(schema, vector(ones(3)), "b", 1));
            session.upsert(rows);

            assertThat(session.read(rows)).extracting(read -> read[0][0]).containsExactly(1.0, 2.0, 3.0);
            assertThat(fields()).containsExactlyInAnyOrder("key", "id", "chunk", "embedding");
        }
        assertThatThrownBy(() -> store(Map.of("key-field", "Chunk")).check(table))
                .hasMessage("""
                        collection stored: column 'Chunk' has the name of the key
                        Milvus has one key, so that one is made of id and chunk.
                        Name the key otherwise with --sink-option key-field=NAME.""");
    }

    /** A time as text depends on the zone of whoever writes it. */
    @Test
    void aTimeIsNoPartOfAKey() {
        StructType schema = new StructType()
                .add("id", "string")
                .add("since", "timestamp")
                .add("embedding", FLOATS, true, metadata("one").toMetadata());

        assertThatThrownBy(() -> store(Map.of())
                        .check(new StoreTable(
                                schema,
                                List.of("id", "since"),
                                List.of("embedding"),
                                Optional.empty(),
                                WriteMode.APPEND)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining("'since'")
                .hasMessageContaining("timestamp");
    }

    @Test
    void everyScalarTypeHasAField() throws Exception {
        StructType schema = new StructType()
                .add("id", "integer")
                .add("flag", "boolean")
                .add("tiny", "byte")
                .add("small", "short")
                .add("large", "long")
                .add("single", "float")
                .add("double", "double")
                .add("words", "array<string>")
                .add("numbers", "array<long>")
                .add("embedding", FLOATS, true, metadata("one").toMetadata());
        List<StoreRow> rows = List.of(
                row(
                        schema,
                        vector(ones(1)),
                        1,
                        true,
                        (byte) -1,
                        (short) 2,
                        Long.MAX_VALUE,
                        0.1f,
                        0.1,
                        Scala.seq(List.of("a", "b")),
                        Scala.seq(List.of(1L))),
                row(schema, vector(ones(1)), 2, null, null, null, null, null, null, null, null));
        try (StoreWrite write = begin(schema, WriteMode.APPEND);
                StoreSession session = write.connector().open()) {
            session.upsert(rows);
        }

        try (MilvusCollection collection = new MilvusCollection(address())) {
            Map<String, Object> first =
                    collection.read("id in [1]", List.of("*")).get(0);
            assertThat(first)
                    .containsEntry("id", 1L)
                    .containsEntry("flag", true)
                    .containsEntry("tiny", -1)
                    .containsEntry("small", 2)
                    .containsEntry("large", Long.MAX_VALUE)
                    .containsEntry("single", 0.1f)
                    .containsEntry("double", 0.1)
                    .containsEntry("words", List.of("a", "b"))
                    .containsEntry("numbers", List.of(1L));
            assertThat(collection.read("id in [2]", List.of("large", "words")).get(0))
                    .containsEntry("large", null);
        }
    }

    @Test
    void aNewCollectionSaysWhichModelItsVectorsComeFrom() {
        begin(PLAIN, WriteMode.ERROR).close();

        assertThat(client.describeCollection(DescribeCollectionReq.builder()
                                .collectionName(NAME)
                                .build())
                        .getProperties())
                .containsEntry("embark.embedding.model", "one")
                .containsEntry("embark.embedding.fingerprint", "fingerprint of one")
                .containsEntry("embark.embedding.dimension", "8");
    }

    @Test
    void vectorsOfAnotherModelAreRefused() {
        begin(PLAIN, WriteMode.ERROR).close();
        StructType other = new StructType()
                .add("id", "long")
                .add("text", "string")
                .add("embedding", FLOATS, true, metadata("two").toMetadata());

        assertThatThrownBy(() -> store(Map.of()).check(table(other, WriteMode.APPEND)))
                .hasMessage("""
                        collection stored: field 'embedding' holds vectors of another model
                        It has one (fingerprint fingerprint ); appended would be two (fingerprint fingerprint ).
                        Write to another collection, or use the model that this one has.""");
    }

    @Test
    void aCollectionThatExistsIsLeftAloneUnlessAskedFor() {
        begin(PLAIN, WriteMode.ERROR).close();

        assertThatThrownBy(() -> store(Map.of()).check(table(PLAIN, WriteMode.ERROR)))
                .hasMessage("""
                        collection stored: exists
                        With --mode error, the default, an output that exists is left alone.
                        Choose another collection, or --mode append, which puts each row in the place of the one with its key.""");
        assertThatThrownBy(() -> begin(PLAIN, WriteMode.ERROR))
                .hasMessageContaining("Somebody made it while this run was about to");
        assertThatThrownBy(() -> store(Map.of()).check(table(PLAIN, WriteMode.OVERWRITE)))
                .hasMessageStartingWith("collection stored: cannot be replaced\n");
        assertThatCode(() -> store(Map.of()).check(table(PLAIN, WriteMode.APPEND)))
                .doesNotThrowAnyException();
    }

    @Test
    void aCheckMakesNothing() {
        store(Map.of()).check(table(PLAIN, WriteMode.ERROR));

        assertThat(exists()).isFalse();
    }

    @Test
    void aWriteThatDiedBeforeItsIndexIsFinishedByTheNext() throws Exception {
        try (MilvusCollection collection = new MilvusCollection(address())) {
            collection.create(
                    MilvusFields.of("collection stored", table(PLAIN, WriteMode.APPEND), options(Map.of())), Map.of());
        }

        try (StoreWrite write = begin(PLAIN, WriteMode.APPEND);
                StoreSession session = write.connector().open()) {
            List<StoreRow> rows = List.of(row(PLAIN, vector(ones(1)), 1L, "text"));
            session.upsert(rows);
            assertThat(session.read(rows).get(0)[0]).containsOnly(1);
        }
    }

    @Test
    void theIndexIsTheOneThatWasAskedFor() {
        Map<String, String> asked =
                Map.of("index", "hnsw", "metric", "ip", "index.M", "24", "index.efConstruction", "90");
        store(asked).begin(table(PLAIN, WriteMode.APPEND)).close();

        assertThatCode(() -> store(asked).check(table(PLAIN, WriteMode.APPEND))).doesNotThrowAnyException();
        assertThatThrownBy(() -> store(Map.of("metric", "cosine")).check(table(PLAIN, WriteMode.APPEND)))
                .hasMessage("""
                        collection stored: field 'embedding' has an index with another metric
                        It is IP; asked for is COSINE.
                        Leave the option out, or drop the index first.""");
        assertThatThrownBy(() -> store(Map.of("index.M", "16")).check(table(PLAIN, WriteMode.APPEND)))
                .hasMessageContaining("It is 24; asked for is 16.");
        assertThatThrownBy(() -> store(Map.of("index", "FLAT")).check(table(PLAIN, WriteMode.APPEND)))
                .hasMessageContaining("It is HNSW; asked for is FLAT.");
        assertThatThrownBy(() -> store(Map.of("max-length", "9")).check(table(PLAIN, WriteMode.APPEND)))
                .hasMessageContaining("It holds 65535 bytes; asked for are 9.");
    }

    @Test
    void whatACollectionDoesNotTakeIsRefusedBeforeARowIsComputed() {
        collection(false, DIMENSION, DataType.VarChar);

        refused(new StructType().add("id", "long").add("txt", "string"), "has no field for column 'txt'");
        refused(new StructType().add("id", "long"), "field 'text' is filled by no column");
        refused(new StructType().add("id", "long").add("text", "long"), "It is VARCHAR; appended would be INT64.");
        refused(new StructType().add("id", "string").add("text", "string"), "It is INT64; appended would be VARCHAR.");
        refused(
                new StructType().add("number", "long").add("id", "long").add("text", "string"),
                List.of("number"),
                "its key is 'id', not 'number'");
        assertThatCode(() -> check(new StructType().add("ID", "integer").add("Text", "string"), List.of("ID")))
                .as("as Spark finds columns, and numbers that fit")
                .doesNotThrowAnyException();
    }

    /** What stands in them would be gone with the row that is put in the place of theirs. */
    @Test
    void aCollectionOfDynamicFieldsIsRefused() {
        collection(false, DIMENSION, DataType.VarChar, true);

        refused(new StructType().add("id", "long").add("text", "string"), "takes dynamic fields");
    }

    @Test
    void aCollectionOfAnotherDimensionIsRefused() {
        collection(false, DIMENSION + 1, DataType.VarChar);

        refused(
                new StructType().add("id", "long").add("text", "string"),
                "It is FLOAT_VECTOR(9); appended would be FLOAT_VECTOR(8).");
    }

    @Test
    void aCollectionThatMakesItsKeysIsRefused() {
        collection(true, DIMENSION, DataType.VarChar);

        refused(new StructType().add("id", "long").add("text", "string"), "makes the keys of its rows itself");
    }

    private void collection(boolean auto, int dimension, DataType text) {
        collection(auto, dimension, text, false);
    }

    private void collection(boolean auto, int dimension, DataType text, boolean dynamic) {
        CreateCollectionReq.CollectionSchema schema = CreateCollectionReq.CollectionSchema.builder()
                .enableDynamicField(dynamic)
                .build();
        schema.addField(AddFieldReq.builder()
                .fieldName("id")
                .dataType(DataType.Int64)
                .isPrimaryKey(true)
                .autoID(auto)
                .build());
        schema.addField(AddFieldReq.builder()
                .fieldName("text")
                .dataType(text)
                .maxLength(10)
                .build());
        schema.addField(AddFieldReq.builder()
                .fieldName("embedding")
                .dataType(DataType.FloatVector)
                .dimension(dimension)
                .build());
        client.createCollection(CreateCollectionReq.builder()
                .collectionName(NAME)
                .collectionSchema(schema)
                .build());
    }

    private void refused(StructType columns, String said) {
        refused(columns, List.of("id"), said);
    }

    private void refused(StructType columns, List<String> keys, String said) {
        assertThatThrownBy(() -> check(columns, keys))
                .hasMessageContaining(said)
                .satisfies(this::isWrongRequest);
    }

    private void check(StructType columns, List<String> keys) {
        StructType schema =
                columns.add("embedding", FLOATS, true, metadata("one").toMetadata());
        store(Map.of()).check(new StoreTable(schema, keys, List.of("embedding"), Optional.empty(), WriteMode.APPEND));
    }

    private void isWrongRequest(Throwable thrown) {
        assertThat(((EmbarkException) thrown).code()).isEqualTo(ErrorCode.OUTPUT_INVALID);
    }

    @Test
    void aRowThatDoesNotFitIsNamed() throws Exception {
        collection(false, DIMENSION, DataType.VarChar);
        try (StoreWrite write = begin(PLAIN, WriteMode.APPEND);
                StoreSession session = write.connector().open()) {
            assertThatThrownBy(() -> session.upsert(List.of(row(PLAIN, null, 7L, "text"))))
                    .hasMessage("""
                            collection stored: row '7' has no vector for field 'embedding'
                            Its text is null or failed, and this field of the collection cannot be null.
                            Leave such rows out, such as with --where 'TEXT IS NOT NULL'; what is in stays, and is put in its place again.""");
            assertThatThrownBy(() -> session.upsert(List.of(row(PLAIN, vector(ones(1)), 8L, null))))
                    .hasMessageContaining("row '8' has null in field 'text'");
            assertThatThrownBy(() -> session.upsert(List.of(row(PLAIN, vector(ones(1)), 9L, "ääääää"))))
                    .as("six letters, twelve bytes")
                    .hasMessageContaining("row '9' has 12 bytes in field 'text'")
                    .hasMessageContaining("This field holds 10 bytes of UTF-8.");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a b, string, column 'a b' cannot be a field",
        "a.b, string, column 'a.b' cannot be a field",
        "ä, string, column 'ä' cannot be a field",
        "Timestamp, string, column 'Timestamp' cannot be a field",
        "RowID, string, column 'RowID' cannot be a field",
        "like, string, column 'like' cannot be a field",
        "TRUE, string, column 'TRUE' cannot be a field",
        "Null, string, column 'Null' cannot be a field",
        "_seq, string, column '_seq' cannot be a field",
        "Interval, string, column 'Interval' cannot be a field",
        "1a, string, column '1a' cannot be a field",
        "when, date, 'It is date, for which Milvus has no type.'",
        "price, 'decimal(9,2)', 'It is decimal(9,2), for which Milvus has no type.'",
        "tags, 'map<string,string>', 'It is map<string,string>, for which Milvus has no type.'"
    })
    void aColumnThatCannotBeAFieldIsRefusedAndCanBeLeftOut(String name, String type, String said) {
        StructType schema = new StructType().add("id", "long").add(name, type);

        refused(schema, said);
        assertThatCode(() -> store(Map.of("columns", "id"))
                        .check(table(
                                schema.add(
                                        "embedding",
                                        FLOATS,
                                        true,
                                        metadata("one").toMetadata()),
                                WriteMode.APPEND)))
                .doesNotThrowAnyException();
    }

    @Test
    void whatIsAskedForAndNotThereIsRefusedByName() {
        assertThatThrownBy(() -> store(Map.of("columns", "id,titel")).check(table(PLAIN, WriteMode.APPEND)))
                .hasMessage("""
                        sink-option columns: there is no column 'titel'
                        There are id, text, embedding.
                        Name some of them, beside the id and the vectors, for collection stored.""");
        StoreTable halves = new StoreTable(
                PLAIN, List.of("id"), List.of("embedding"), Optional.of(VectorType.HALFVEC), WriteMode.APPEND);
        assertThatThrownBy(() -> store(Map.of()).check(halves))
                .hasMessageStartingWith("option vector-type: Milvus has no halfvec here\n");
    }

    @Test
    void aServerThatIsNotThereIsSaid() {
        Map<String, String> nowhere = new HashMap<>(options());
        nowhere.put("uri", "http://127.0.0.1:9");
        nowhere.put("token", "root:hunter2hunter2");

        assertThatThrownBy(() -> open(nowhere).check(table(PLAIN, WriteMode.APPEND)))
                .hasMessageStartingWith("output milvus: http://127.0.0.1:9 cannot be reached\n")
                .hasMessageEndingWith("whether the server runs and can be reached from here.")
                .message()
                .doesNotContain("hunter2");
    }

    @Test
    void aFileForTheTokenAloneIsRefusedWithTheWayOfAllOptions() {
        assertThatThrownBy(() -> store(Map.of("token-file", "/run/secrets/zilliz")))
                .hasMessage("""
                        sink-option: 'token-file' does not exist
                        The file of a secret is named where the secret itself would stand, in every option alike.
                        Give file:/run/secrets/zilliz as the value of --sink-option token, or env:NAME for a variable of the environment.""");
    }

    /** So that it is asked for a session again. */
    @Test
    void aServerThatHasGoneMayComeBack() throws Exception {
        Relay relay = new Relay(MilvusServer.ofTests().port(), frame -> Relay.Fate.PASSES);
        try (relay;
                StoreWrite write = store(Map.of("uri", relay.server().uri())).begin(table(PLAIN, WriteMode.ERROR))) {
            relay.close();

            assertThatThrownBy(() -> write.connector().open())
                    .matches(e -> write.connector().isTransient((Exception) e));
        }
    }

    @Test
    void aDatabaseThatIsNotThereIsSaid() {
        assertThatThrownBy(() -> store(Map.of("database", "missing")).check(table(PLAIN, WriteMode.APPEND)))
                .hasMessageContaining("missing");
    }

    private static StoreWrite begin(StructType schema, WriteMode mode) {
        return store(Map.of()).begin(table(schema, mode));
    }

    private static StoreTable table(StructType schema, WriteMode mode) {
        return new StoreTable(schema, List.of("id"), List.of("embedding"), Optional.empty(), mode);
    }

    private static Store store(Map<String, String> more) {
        Map<String, String> options = new HashMap<>(options());
        options.putAll(more);
        return open(options);
    }

    private static Store open(Map<String, String> options) {
        return new MilvusFormat()
                .open(SinkRequest.folder("unused", WriteMode.APPEND).with(options));
    }

    private static Map<String, String> options() {
        return Map.of("uri", URI, "collection", NAME);
    }

    private static MilvusOptions options(Map<String, String> more) {
        Map<String, String> options = new HashMap<>(options());
        options.putAll(more);
        return MilvusOptions.of(options);
    }

    private static MilvusAddress address() {
        return options(Map.of()).address();
    }

    private List<String> fields() {
        return client.describeCollection(
                        DescribeCollectionReq.builder().collectionName(NAME).build())
                .getFieldNames();
    }

    private static EmbeddingMetadata metadata(String model) {
        return EmbeddingMetadata.of(model, "fingerprint of " + model, DIMENSION, EmbedOptions.defaults());
    }

    /** A row of a schema whose first column is the key and whose last one has the vectors. */
    private static StoreRow row(StructType schema, float[] vector, Object... values) {
        Object[] all = Arrays.copyOf(values, schema.length());
        Row row = RowFactory.create(all);
        return new StoreRow(row, List.of(values[0]), Collections.singletonList(vector), 100);
    }

    private static StoreRow pair(StructType schema, float[] vector, Object first, Object second) {
        StoreRow row = row(schema, vector, first, second);
        return new StoreRow(row.row(), List.of(first, second), row.vectors(), row.bytes());
    }

    private static float[] vector(float... components) {
        return components;
    }

    private static float[] ones(float value) {
        float[] vector = new float[DIMENSION];
        Arrays.fill(vector, value);
        return vector;
    }

    private static float[] random(Random random) {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private static int[] bits(float[] vector) {
        return IntStream.range(0, vector.length)
                .map(i -> Float.floatToRawIntBits(vector[i]))
                .toArray();
    }

    private static int[] bits(double[] vector) {
        return IntStream.range(0, vector.length)
                .map(i -> Float.floatToRawIntBits((float) vector[i]))
                .toArray();
    }
}
