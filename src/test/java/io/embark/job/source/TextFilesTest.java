/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Spark would read as garbage, or lose, without a word: it is told, or refused where no row would be right. */
class TextFilesTest {
    private static final Charset WINDOWS = Charset.forName("windows-1252");

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '"',
            value = {
                "id;body!';'!'sep=;'",
                "id|body!'|'!'sep=|'",
                "\"id\tbody\"!the tabulator!sep=$'\\t'",
            })
    void tellsOfASeparatorThatIsNotTheReaders(String header, String separator, String option) throws IOException {
        assertThat(notes("a.csv", header + "\n1;a\n", StandardCharsets.UTF_8))
                .singleElement()
                .asString()
                .endsWith("if %s parts its cells, add --source-option %s".formatted(separator, option));
    }

    @Test
    void saysNothingOfASeparatorThatWasNamedOrIsPartOfOneNameAmongOthers() throws IOException {
        String path = write("a.csv", "id;body\n1;a\n", StandardCharsets.UTF_8);

        assertThat(files(path, Map.of("sep", ";")).notes()).isEmpty();
        assertThat(notes("b.csv", "id,body;html\n1,a\n", StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(notes("c.tsv", "id\tbody, cleaned\n1\ta\n", StandardCharsets.UTF_8))
                .isEmpty();
    }

    @Test
    void tellsOfTextThatIsNotUtf8WithWhatToDoAboutIt() throws IOException {
        String bytes = "some bytes of %s are not UTF-8, and each becomes U+FFFD; if it is in another encoding, ";
        String option = bytes + "name it, such as --source-option encoding=windows-1252";

        assertThat(notes("a.csv", "id,body\n1,café\n", WINDOWS)).containsExactly(option.formatted("a.csv"));
        assertThat(notes("a.jsonl", "{\"body\": \"café\"}\n{\"body\": \"a\"}\n", WINDOWS))
                .containsExactly(
                        option.formatted("a.jsonl") + " --source-option lineSep=$'\\n'",
                        "some lines are not JSON; they are kept in column _corrupt_record, with null elsewhere");
        assertThat(notes("a.txt", "café\n", WINDOWS))
                .containsExactly((bytes + "write it again in UTF-8, such as with iconv -f windows-1252 -t UTF-8")
                        .formatted("a.txt"));
    }

    @Test
    void theOptionsThatAreNamedReadTheText() throws IOException {
        String csv = write("a.csv", "id,body\n1,café\n", WINDOWS);
        String json = write("a.jsonl", "{\"body\": \"café\"}\n", WINDOWS);

        assertThat(files(csv, Map.of("encoding", "windows-1252")).notes()).isEmpty();
        assertThat(rows(files(csv, Map.of("encoding", "windows-1252")))).containsExactly("[1,café]");
        assertThat(rows(files(json, Map.of("encoding", "windows-1252", "lineSep", "\n"))))
                .containsExactly("[café]");
    }

    @Test
    void aLetterThatTheLookEndsInIsNoBrokenOne() throws IOException {
        String long1 = "x".repeat((1 << 18) - 1) + "é";

        assertThat(notes("a.txt", long1, StandardCharsets.UTF_8)).isEmpty();
        assertThat(notes("b.txt", "é�\u0000", StandardCharsets.UTF_8)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
    void refusesTextOfTwoOrFourBytesALetter(String encoding) throws IOException {
        for (String name : new String[] {"a.csv", "a.txt", "a.json"}) {
            String path = write(name, "\ufeffid,body\n1,the cat\n", Charset.forName(encoding));
            assertThatThrownBy(() -> files(path, Map.of()))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessageStartingWith("input %s: is in %s\n%s is read as UTF-8".formatted(path, encoding, name));
        }
        String csv = write("a.csv", "\ufeffid,body\n1,the cat\n", Charset.forName(encoding));
        assertThat(rows(files(csv, Map.of("encoding", encoding)))).containsExactly("[1,the cat]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE"})
    void findsThemWithoutAMarkToo(String encoding) throws IOException {
        String path = write("a.txt", "the cat sat on the mat\n", Charset.forName(encoding));

        assertThatThrownBy(() -> files(path, Map.of())).hasMessage("""
                        input %s: is in %s
                        a.txt is read as UTF-8, which would give no words.
                        Write it again in UTF-8, such as with iconv -f %s -t UTF-8.""".formatted(path, encoding, encoding));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"body\": \"a\"},\n{\"body\": \"b\"}]\n",
                " [\n{\"body\": \"a\"},\n{\"body\": \"b\"}\n]",
                "\ufeff[{\"body\": \"]\\\"\"},\n{\"body\": \"b\"}]"
            })
    void refusesAnArrayOverLinesUnlessItIsReadAsOne(String array) throws IOException {
        String path = write("a.json", array, StandardCharsets.UTF_8);

        assertThatThrownBy(() -> files(path, Map.of()))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        input %s: is one JSON array over several lines
                        Read line by line, rows of a.json would be lost.
                        Add --source-option multiLine=true.""".formatted(path));
        assertThat(files(path, Map.of("multiLine", "true")).rows().count()).isEqualTo(2);
    }

    @Test
    void readsAnArrayInEachLine() throws IOException {
        String path = write(
                "a.json", "[{\"body\": \"a\"}, {\"body\": \"b\"}]\n[{\"body\": \"c\"}]\n", StandardCharsets.UTF_8);

        assertThat(rows(files(path, Map.of()))).containsExactly("[a]", "[b]", "[c]");
    }

    @Test
    void refusesToReadTheFirstOfManyLinesOnly() throws IOException {
        String path = write("a.json", "{\"body\": \"a\"}\n{\"body\": \"b\"}\n", StandardCharsets.UTF_8);

        assertThatThrownBy(() -> files(path, Map.of("multiLine", "true")))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        input %s: holds more than one JSON value
                        With multiLine=true only the first one of a.json would be read.
                        Leave multiLine out if each line is one object; else put the objects into one array.""".formatted(path));
    }

    @Test
    void looksAtMoreThanTheFirstFile() throws IOException {
        Files.createDirectory(folder.resolve("many"));
        write("many/a.json", "{\"body\": \"a\"}\n", StandardCharsets.UTF_8);
        write("many/b.json", "[{\"body\": \"a\"},\n{\"body\": \"b\"}]\n", StandardCharsets.UTF_8);

        assertThatThrownBy(() -> files(folder.resolve("many").toString(), Map.of()))
                .hasMessageContaining("rows of b.json would be lost");
    }

    @Test
    void readsAJsonStringOfMoreThan20MillionCharacters() throws IOException {
        String path = write(
                "a.jsonl", "{\"id\": 1, \"body\": \"%s\"}\n".formatted("x".repeat(20_000_005)), StandardCharsets.UTF_8);

        assertThat(files(path, Map.of()).rows().selectExpr("id", "length(body)").collectAsList())
                .extracting(Row::toString)
                .containsExactly("[1,20000005]");
    }

    @Test
    void refusesAQuoteThatTakesInTheLinesBehindIt() throws IOException {
        String path = write("a.csv", "id,body\n1,\"a\n\"\n2,\"b\n3,c\n4,\"\"d\"\"\n", StandardCharsets.UTF_8);

        assertThatThrownBy(() -> files(path, Map.of()))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        input %s: a quoted cell does not end
                        It begins in line 4 of a.csv, and all lines behind it would be read as part of it.
                        Close the quote, or write it twice if it is part of the cell; or add --source-option quote= if quotes are letters like others.""".formatted(path));
        assertThat(rows(files(write("b.csv", "id,body\n1,\"a\n2,b\n", StandardCharsets.UTF_8), Map.of("quote", ""))))
                .containsExactly("[1,\"a]", "[2,b]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1,\"a\"\"b\"", "1,\"a\nb\"\n", "1,a \"quoted\" word\n", "1,\"\"\n", "1,\"a\"\r\n2,\"b\"\r\n"})
    void takesQuotesThatEnd(String records) throws IOException {
        String path = write("a.csv", "id,body\n" + records, StandardCharsets.UTF_8);

        assertThat(files(path, Map.of()).notes()).isEmpty();
    }

    private List<String> notes(String name, String content, Charset charset) throws IOException {
        return files(write(name, content, charset), Map.of()).notes();
    }

    private String write(String name, String content, Charset charset) throws IOException {
        return Files.writeString(folder.resolve(name), content, charset).toString();
    }

    private Source files(String path, Map<String, String> options) {
        return Source.files(spark, path, SourceRequest.ALL.with(options));
    }

    private static List<String> rows(Source source) {
        return source.rows().collectAsList().stream().map(Row::toString).toList();
    }
}
