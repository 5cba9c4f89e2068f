/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --mode refresh} from a source that others write to while it is read. */
class KeptSourceTest {
    private static final String READ_ONCE = " once, into a hidden folder of ";

    private static final List<Row> MONDAY = List.of(row(1, "a", "the cat sat"), row(2, "b", "the mat"));

    /** Key 1 stands twice by now, as where a row that was deleted came back with others. */
    private static final List<Row> MEANWHILE =
            List.of(row(1, "x", "a dog"), row(1, "y", "a cat"), row(2, "z", "the mat"), row(3, "z", "a mat"));

    private static final List<Row> TUESDAY = List.of(row(1, "a", "a cat sat"), row(2, "c", "the mat"));

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String output;
    private String model;

    @BeforeEach
    void writeAModel() throws IOException {
        output = folder.resolve("out").toString();
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
    }

    @Test
    void eachRunSeesTheRowsOfItsFirstReadAlone() throws IOException {
        ChangingRows.become(List.of(MONDAY, MEANWHILE));
        Path left = Files.createDirectory(folder.resolve(".out.embark-source.embark-stage-00000000_1_1_00000000"));
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
        Outcome first = refresh("--format", ChangingRows.class.getName());
        assertThat(first.out()).contains("2 new, 0 changed, 0 in other columns only");
        assertThat(rows()).isEqualTo(MONDAY);
        assertThat(first.err()).contains(READ_ONCE + "file:" + folder + ": each read may see other rows");
        assertThat(ChangingRows.reads()).isEqualTo(1);
        assertThat(left).as("what a killed run left").doesNotExist();

        // One row is embedded from a second read, and one is updated from a third.
        ChangingRows.become(List.of(TUESDAY, MEANWHILE));
        spark.read().format(ChangingRows.class.getName()).load().createOrReplaceTempView("changing");
        assertThat(refresh("--sql", "SELECT * FROM changing WHERE id < 10").out())
                .contains("0 new, 1 changed, 1 in other columns only");
        assertThat(rows()).isEqualTo(TUESDAY);
        assertThat(ChangingRows.reads()).isEqualTo(1);
        assertThat(hidden()).isEmpty();
    }

    @Test
    void keepsNothingWhereNothingIsWrittenOrItFails() throws IOException {
        ChangingRows.become(List.of(MONDAY));
        Outcome preview = refresh("--format", ChangingRows.class.getName(), "--dry-run");
        assertThat(preview.out()).contains("Refresh 2 new");
        assertThat(preview.err()).doesNotContain(READ_ONCE);

        ChangingRows.become(List.of(MEANWHILE));
        Outcome refused = run("--format", ChangingRows.class.getName());
        assertThat(refused.errorLines()).contains("option id-column: 1 key has more than one row of the source");
        assertThat(hidden()).isEmpty();
        assertThat(Path.of(output)).doesNotExist();
    }

    /** Their rows are the same at each read, unless the query asks for others. */
    @Test
    void filesAreNotCopied() throws IOException {
        String input = folder.resolve("in").toString();
        spark.sql("SELECT id, concat('the cat ', id) AS body FROM range(4)")
                .write()
                .parquet(input);
        spark.read().parquet(input).createOrReplaceTempView("files");

        assertThat(refresh("--input", input).err()).doesNotContain(READ_ONCE);
        String query =
                "WITH f AS (SELECT * FROM files) SELECT f.id, max(f.body) AS body FROM f JOIN files USING (id) GROUP BY f.id";
        Outcome joined = refresh("--sql", query);
        assertThat(joined.err()).doesNotContain(READ_ONCE);
        assertThat(joined.out()).contains("4 unchanged");
        assertThat(refresh("--sql", "SELECT id, body FROM files LIMIT 3").err()).contains(READ_ONCE);
        assertThat(hidden()).isEmpty();
    }

    private static Row row(long id, String title, String body) {
        return RowFactory.create(id, title, body);
    }

    private List<Row> rows() {
        return spark.read()
                .parquet(output)
                .select("id", "title", "body")
                .orderBy("id")
                .collectAsList();
    }

    /** What lies hidden beside the output. */
    private List<Path> hidden() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> path.getFileName().toString().startsWith(".out"))
                    .toList();
        }
    }

    private Outcome refresh(String... more) {
        Outcome outcome = run(more);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return outcome;
    }

    private Outcome run(String... more) {
        List<String> words = new ArrayList<>(Outcome.refresh(model, folder.resolve("report")));
        words.addAll(List.of("--output", output));
        return Outcome.of(words, more);
    }
}
