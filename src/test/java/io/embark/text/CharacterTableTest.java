/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import io.embark.EmbarkException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that replace "a", as SentencePiece writes them: a trie in blocks of 256 places, then the replacements. */
class CharacterTableTest {
    private static final JsonPlace PLACE =
            JsonPlace.root(Path.of("tokenizer.json")).field("precompiled_charsmap");
    private static final int LEAF = 1 << 8;

    @ParameterizedTest
    @ValueSource(strings = {"b", "", "\u00e9", "more of it"})
    void readsATable(String replacement) {
        JsonElement table = table(512, 'a' | LEAF | offset('a' ^ 256), 0, replacement);
        assertThat(CharacterTable.read(table, PLACE)).isEqualTo(table);
    }

    @Test
    void writesTheTableAsTheLibraryDecodesIt() {
        String padded = table(512, 'a' | LEAF | offset('a' ^ 256), 0, "b").getAsString();
        assertThat(padded).endsWith("=");
        assertThat(CharacterTable.read(new JsonPrimitive(padded.replace("=", "")), PLACE))
                .isEqualTo(new JsonPrimitive(padded));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            512 | 257  | 0           | its trie leads to place 512 of 512
            512 | 0    | 4           | its trie leads to replacement 4 of 3 bytes
            512 | 0    | 1           | its trie leads to replacement 1 of 3 bytes
            512 | 0    | 2147483647  | its trie leads to replacement 2147483647 of 3 bytes
            97  | 0    | 0           | its trie leads to place 255 of 97
            1   | 0    | 0           | its trie leads to place 255 of 1
            """)
    void refusesATrieThatLeadsAway(int size, int away, int value, String problem) {
        int below = away == 0 ? offset('a' ^ 256) : offset('a' ^ 512);
        refused(table(size, 'a' | LEAF | below, value, "\u20ac"), problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            ?        | it is not in Base64
            AAA=     | it is too short
            AAAAAA== | its trie claims 0 places in 4 bytes
            BAAAAA== | its trie claims 1 places in 4 bytes
            /////w== | its trie claims 1073741823 places in 4 bytes
            """)
    void refusesWhatIsNoTable(String base64, String problem) {
        refused(new JsonPrimitive(base64), problem);
    }

    @Test
    void refusesReplacementsThatAreNotUtf8() {
        byte[] bytes = Base64.getDecoder()
                .decode(table(512, 'a' | LEAF | offset('a' ^ 256), 0, "b").getAsString());
        bytes[bytes.length - 1] = (byte) 0xff;
        refused(new JsonPrimitive(Base64.getEncoder().encodeToString(bytes)), "its replacements are not UTF-8");
    }

    @Test
    void refusesAReplacementThatFillsMemory() {
        refused(
                table(512, 'a' | LEAF | offset('a' ^ 256), 0, "b".repeat(1_000)),
                "its trie leads to replacement 0 of 1000 bytes");
    }

    private static void refused(JsonElement table, String problem) {
        assertThatThrownBy(() -> CharacterTable.read(table, PLACE))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        tokenizer.json: precompiled_charsmap cannot be used
                        It is no table of characters of SentencePiece: %s.
                        Copy or download the model again, or choose another one.""".formatted(problem));
    }

    /** The root leads to itself; at 'a' stands a unit, and at 256 the leaf below it. */
    private static JsonElement table(int size, int unit, int value, String replacements) {
        int[] trie = new int[size];
        Arrays.fill(trie, 1 << 31);
        trie[0] = 0;
        if (size > 'a') {
            trie['a'] = unit;
        }
        if (size > 256) {
            trie[256] = value | 1 << 31;
        }
        byte[] text = replacements.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (1 + size) + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(Integer.BYTES * size);
        for (int each : trie) {
            bytes.putInt(each);
        }
        return new JsonPrimitive(
                Base64.getEncoder().encodeToString(bytes.put(text).array()));
    }

    private static int offset(int places) {
        return places << 10;
    }
}
