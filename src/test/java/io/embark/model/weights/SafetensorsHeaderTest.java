/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsHeaderTest {
    private static final String AGAIN = "Copy or download the model again.";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("model.safetensors");
    }

    @Test
    void readsTensorsInTheOrderOfTheirOffsets() {
        write("""
                {"__metadata__": {"format": "pt"},
                 "b": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]},
                 "scalar": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]},
                 "empty": {"dtype": "U16", "shape": [0, 3], "data_offsets": [12, 12]}}""", 12);
        List<StoredTensor> tensors = SafetensorsHeader.read(file);
        assertThat(tensors).extracting(StoredTensor::name).containsExactly("scalar", "b", "empty");
        assertThat(tensors.get(1).shape()).containsExactly(2L);
        assertThat(tensors.get(1).bytes()).isEqualTo(8);
        assertThat(tensors.get(2).dataType()).isEmpty();
    }

    @Test
    void readsAFileWithoutTensors() {
        write("{}   ", 0);
        assertThat(SafetensorsHeader.read(file)).isEmpty();
    }

    @Test
    void readsATypeThatItDoesNotKnow() {
        write("{'x': {'dtype': 'F3', 'shape': [3], 'data_offsets': [0, 5]}}", 5);
        assertThat(SafetensorsHeader.read(file).get(0).dataType()).isEmpty();
    }

    @Test
    void refusesAFileTooShortForALength() throws IOException {
        Files.write(file, new byte[7]);
        refused("the file has 7 bytes", "A safetensors file begins with a header length of 8 bytes.");
    }

    @Test
    void refusesAHeaderLongerThanTheFile() {
        SafetensorsWriter.write(file, 50, bytes("{}"), new byte[3]);
        refused("the header claims 50 bytes", "The file has only 5 after the header's length: it was cut off.");
    }

    @ParameterizedTest
    @CsvSource({
        "100000001, 100000001",
        "-1, 18446744073709551615",
        "9223372036854775807, 9223372036854775807",
        "-9223372036854775808, 9223372036854775808"
    })
    void refusesAHeaderThatClaimsMoreThanTheFormatAllows(long claimed, String shown) {
        SafetensorsWriter.write(file, claimed, bytes("{}"), new byte[0]);
        refused("the header claims %s bytes".formatted(shown), "A safetensors header has at most 100000000.");
    }

    @Test
    void readsAnEmptyHeaderOfTheGreatestLengthWithoutKeepingIt() throws IOException {
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.write(new byte[] {0, (byte) 0xe1, (byte) 0xf5, 5, 0, 0, 0, 0});
            sparse.setLength(100_000_008L);
        }
        refused("the header is not a JSON object", "It must begin with a brace.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " {}", "[]", "null", "\u0000{}"})
    void refusesAHeaderThatDoesNotBeginWithABrace(String header) {
        SafetensorsWriter.write(file, header, new byte[0]);
        refused("the header is not a JSON object", "It must begin with a brace.");
    }

    @Test
    void refusesAHeaderThatIsNotUtf8() {
        SafetensorsWriter.write(file, 6, new byte[] {'{', '"', (byte) 0xff, '"', ':', '1'}, new byte[0]);
        refused("the header is not UTF-8", "Reading it ended at a byte that no text has.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{} x",
                "{}{}",
                "{'x'}",
                "{'x': 1}",
                "{'x': []}",
                "{'x': {'dtype': 'F32', 'shape': [1]}}",
                "{'x': {'dtype': 'F32', 'data_offsets': [0, 4]}}",
                "{'x': {'shape': [1], 'data_offsets': [0, 4]}}",
                "{'x': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4, 4]}}",
                "{'x': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0]}}",
                "{'x': {'dtype': 'F32', 'shape': [-1], 'data_offsets': [0, 4]}}",
                "{'x': {'dtype': 'F32', 'shape': [1.0], 'data_offsets': [0, 4]}}",
                "{'x': {'dtype': 'F32', 'shape': ['1'], 'data_offsets': [0, 4]}}",
                "{'x': {'dtype': 'F32', 'shape': [1e0], 'data_offsets': [0, 4]}}",
                "{'x': {'dtype': 'F32', 'shape': [null], 'data_offsets': [0, 4]}}",
                "{'x': {'dtype': 'F32', 'shape': [99999999999999999999], 'data_offsets': [0, 4]}}",
                "{'x': {'dtype': 'F32', 'shape': 1, 'data_offsets': [0, 4]}}",
                "{'x': {'dtype': 4, 'shape': [1], 'data_offsets': [0, 4]}}",
                "{'x': {'dtype': 'F32', 'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4]}}",
                "{'x': {'dtype': 'F32', 'shape': [1], 'shape': [1], 'data_offsets': [0, 4]}}",
                "{'x': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4], 'more': 1, 'more': 2}}",
                "{'__metadata__': {'a': 1}}",
                "{'__metadata__': []}",
                "{'__metadata__': {'a': 'b', 'a': 'b'}}"
            })
    void refusesAHeaderThatIsNotWhatTheFormatSays(String header) {
        write(header, 4);
        assertThatThrownBy(() -> SafetensorsHeader.read(file))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(file + ": the header is not valid\nReading it ended with: ")
                .hasMessageEndingWith(".\n" + AGAIN);
    }

    @Test
    void refusesANameGivenTwice() {
        write("""
                {'x': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4]},
                 'x': {'dtype': 'F32', 'shape': [1], 'data_offsets': [4, 8]}}""", 8);
        refused("the header is not valid", "Reading it ended with: the name 'x' is given twice.");
    }

    @Test
    void refusesNestingWithoutEnd() {
        write("{'x': {'y': " + "[".repeat(100_000), 0);
        assertThatThrownBy(() -> SafetensorsHeader.read(file))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(
                        file + ": the header is not valid\nReading it ended with: Nesting limit 255 reached");
    }

    @Test
    void readsTensorsWhoseEntriesAreInAnotherOrderThanTheirBytes() {
        write(two("4, 8", "0, 4"), 8);
        assertThat(SafetensorsHeader.read(file)).extracting(StoredTensor::name).containsExactly("b", "a");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0, 4 | 8, 12 | b | [8, 12] | 4
            0, 4 | 2, 6  | b | [2, 6]  | 4
            0, 4 | 0, 4  | b | [0, 4]  | 4
            4, 8 | 8, 12 | a | [4, 8]  | 0
            0, 4 | 4, 3  | b | [4, 3]  | 4
            """)
    void refusesAHoleOrAnOverlap(String first, String second, String name, String offsets, int end) {
        write(two(first, second), 12);
        refused(
                "tensor '%s' has data_offsets %s".formatted(name, offsets),
                "It must begin at %d, where the one before ends: no hole and no overlap.".formatted(end));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            F32  | [2]                    | 4
            F16  | [2]                    | 8
            F4   | [1]                    | 1
            F32  | [4294967296, 4294967296] | 4
            F32  | [0]                    | 4
            U8   | [999999999999999999, 999999999999999999, 16] | 4
            """)
    void refusesBytesThatAreNotThoseOfTheShape(String type, String shape, int bytes) {
        write("{'x': {'dtype': '%s', 'shape': %s, 'data_offsets': [0, %d]}}".formatted(type, shape, bytes), bytes);
        refused(
                "tensor 'x' has %d bytes".formatted(bytes),
                "Its shape %s of %s takes another size.".formatted(shape, type));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5, 0, 100})
    void refusesAFileThatDoesNotEndWithItsLastTensor(int dataBytes) {
        String header = "{'x': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4]}}";
        write(header, dataBytes);
        int start = 8 + header.length();
        refused(
                "the tensors end at byte %d, the file at %d".formatted(start + 4, start + dataBytes),
                "Both must be the same: the file was cut off or has something appended.");
    }

    @Test
    void showsANameWithLineBreaksOnOneLine() {
        write("{'a\\nb': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 4]}}", 4);
        refused("tensor 'a\\u000ab' has 4 bytes", "Its shape [2] of F32 takes another size.");
    }

    private void write(String header, int dataBytes) {
        SafetensorsWriter.write(file, header.replace('\'', '"'), new byte[dataBytes]);
    }

    private static String two(String first, String second) {
        return """
                {'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [%s]},
                 'b': {'dtype': 'F32', 'shape': [1], 'data_offsets': [%s]}}""".formatted(first, second);
    }

    private void refused(String what, String cause) {
        assertRefused(() -> SafetensorsHeader.read(file), ErrorCode.MODEL_INVALID, file + ": " + what, cause, AGAIN);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
