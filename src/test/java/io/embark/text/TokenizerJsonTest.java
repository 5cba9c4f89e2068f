/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.ErrorCode;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerJsonTest {
    private static final String TOKENIZER = "tokenizer.json";
    private static final String CONFIG = "tokenizer_config.json";
    private static final String SENTENCE = "sentence_bert_config.json";

    @TempDir
    Path temporary;

    private ModelFolderBuilder builder;

    @BeforeEach
    void build() {
        builder = ModelFolderBuilder.in(temporary.resolve("tiny"));
    }

    @Test
    void dropsTheTruncationAndPaddingOfTheFile() {
        builder.set(TOKENIZER, "truncation", "{\"max_length\": 128}").set(TOKENIZER, "padding", "{\"length\": 128}");
        JsonObject json = read();
        assertThat(json.get("truncation").isJsonNull()).isTrue();
        assertThat(json.get("padding").isJsonNull()).isTrue();
    }

    @Test
    void keepsEverythingElse() {
        builder.set(CONFIG, "tokenizer_class", "\"PreTrainedTokenizerFast\"");
        JsonObject file = JsonParser.parseString(builder.content(TOKENIZER)).getAsJsonObject();
        JsonObject json = read();
        for (String key : new String[] {
            "version", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model"
        }) {
            assertThat(json.get(key)).isEqualTo(file.get(key));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            -                        | true  | null  | true
            do_lower_case=true       | true  | null  | true
            do_lower_case=false      | false | null  | true
            strip_accents=true       | true  | true  | true
            strip_accents=false      | true  | false | true
            tokenize_chinese_chars=false | true | null | false
            """)
    void buildsTheNormaliserOfABertTokenizerFromItsConfiguration(
            String setting, boolean lowerCase, String stripAccents, boolean splitChinese) {
        builder.unset(CONFIG, "do_lower_case").set(TOKENIZER, "normalizer", "{\"type\": \"NFC\"}");
        if (setting != null) {
            String[] parts = setting.split("=", 2);
            builder.set(CONFIG, parts[0], parts[1]);
        }
        assertThat(read().get("normalizer"))
                .isEqualTo(JsonParser.parseString("""
                        {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": %s,
                         "strip_accents": %s, "lowercase": %s}""".formatted(splitChinese, stripAccents, lowerCase)));
    }

    @Test
    void leavesTheNormaliserOfAnotherTokenizerAlone() {
        builder.set(CONFIG, "tokenizer_class", "\"PreTrainedTokenizerFast\"")
                .set(TOKENIZER, "normalizer", "{\"type\": \"NFC\"}");
        assertThat(read().get("normalizer")).isEqualTo(JsonParser.parseString("{\"type\": \"NFC\"}"));
    }

    @Test
    void keepsTheTableOfCharactersOfASentencePieceTokenizer() {
        builder.set(CONFIG, "tokenizer_class", "\"XLMRobertaTokenizer\"")
                .set(CONFIG, "bos_token", "\"[CLS]\"")
                .set(CONFIG, "eos_token", "\"[SEP]\"")
                .set(TOKENIZER, "normalizer", """
                        {"type": "Sequence", "normalizers": [
                          {"type": "NFKC"}, {"type": "Precompiled", "precompiled_charsmap": "AAAA"}]}""");
        assertThat(read().get("normalizer"))
                .isEqualTo(JsonParser.parseString("{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"AAAA\"}"));
        builder.set(TOKENIZER, "normalizer", "{\"type\": \"NFKC\"}");
        assertThat(read().get("normalizer").isJsonNull()).isTrue();
    }

    @Test
    void addsASpecialTokenThatTheFileLacks() {
        builder.set(CONFIG, "cls_token", "\"[START]\"");
        JsonArray added = read().getAsJsonArray("added_tokens");
        JsonObject start = JsonParser.parseString("""
                {"id": 20, "content": "[START]", "single_word": false, "lstrip": false, "rstrip": false,
                 "normalized": false, "special": true}""").getAsJsonObject();
        assertThat(added).contains(start);
    }

    @Test
    void putsLowerCaseFirstWhereTheModuleAsksForIt() {
        builder.set(CONFIG, "tokenizer_class", "\"PreTrainedTokenizerFast\"")
                .set(SENTENCE, "do_lower_case", "true")
                .set(TOKENIZER, "normalizer", "{\"type\": \"NFC\"}");
        assertThat(read().get("normalizer")).isEqualTo(JsonParser.parseString("""
                {"type": "Sequence", "normalizers": [{"type": "Lowercase"}, {"type": "NFC"}]}"""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{\"type\": \"Lowercase\"}"})
    void lowersTheCaseOnce(String normalizer) {
        builder.set(CONFIG, "tokenizer_class", "\"PreTrainedTokenizerFast\"")
                .set(SENTENCE, "do_lower_case", "true")
                .set(TOKENIZER, "normalizer", normalizer);
        assertThat(read().get("normalizer").toString()).containsOnlyOnce("\"Lowercase\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "7", "\"text\""})
    void refusesAFileThatIsNoObject(String content) {
        refused(content, "It is JSON, but not an object.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    ``                             | End of input at line 1 column 1 path $
                    {                              | End of input at line 1 column 2 path $.
                    {} {}                          | malformed JSON at line 1 column 5 path $
                    not json at all                | malformed JSON at line 1 column 1 path $
                    {"a" 1}                        | Expected ':' at line 1 column 7 path $.a
                    {/* no */ "a": 1}              | malformed JSON at line 1 column 3 path $.
                    {"model": {"a": 1, "a": 2}}    | the name 'a' is given twice
                    """)
    void refusesAFileThatIsNoJson(String content, String detail) {
        refused(content, "Reading it as JSON in UTF-8 failed: %s.".formatted(detail));
    }

    @Test
    void refusesAFileThatIsNestedWithoutEnd() {
        refused(
                "{\"a\":" + "[".repeat(1_000_000),
                "Reading it as JSON in UTF-8 failed: Nesting limit 255 reached at line 1 column 261 path $.a%s[0...."
                        .formatted("[0]".repeat(21)));
    }

    @Test
    void refusesAFileThatIsNotInUtf8() throws IOException {
        ModelFolder folder = open();
        Files.write(folder.tokenizerFile(), new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
        assertRefusedFile(folder, "Reading it as JSON in UTF-8 failed: it is not UTF-8.");
    }

    @Test
    void refusesAFileThatIsLargerThanAnyTokenizer() throws IOException {
        ModelFolder folder = open();
        try (RandomAccessFile file = new RandomAccessFile(folder.tokenizerFile().toFile(), "rw")) {
            file.setLength((128 << 20) + 1);
        }
        assertRefusedFile(folder, "Reading it as JSON in UTF-8 failed: it is larger than 134217728 bytes.");
    }

    private void refused(String content, String cause) {
        builder.file(TOKENIZER, content);
        assertRefusedFile(open(), cause);
    }

    private static void assertRefusedFile(ModelFolder folder, String cause) {
        assertRefused(
                () -> TokenizerJson.read(folder),
                ErrorCode.TOKENIZER_INVALID,
                "%s: not a tokenizer".formatted(folder.tokenizerFile()),
                cause,
                "Copy or download the model again.");
    }

    private JsonObject read() {
        return TokenizerJson.read(open());
    }

    private ModelFolder open() {
        return ModelReference.open(builder.write().toString(), temporary);
    }
}
