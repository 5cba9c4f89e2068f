/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the tokenizers library would panic at, take endless time or memory for, or silently read as something else. */
class TokenizerReaderTest {
    private static final Path FILE = Path.of("/models/m/tokenizer.json");
    private static final String REMEDY = "Copy or download the model again, or choose another one.";
    private static final String PLAIN = """
            {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
             "pre_tokenizer": null, "post_processor": null, "decoder": null,
             "model": {"type": "WordLevel", "unk_token": "u", "vocab": {"u": 0}}}""";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            normalizer | {"type": "Prepend", "prepend": 7} | normalizer.prepend | It must be a text, and is 7.
            normalizer | {"type": "Prepend", "prepend": ""} | normalizer.prepend | It must be a text with at least one character, and is ''.
            normalizer | {"type": "Replace", "pattern": {"String": ""}, "content": "x"} | normalizer.pattern.String | It must be a text with at least one character, and is ''.
            normalizer | {"type": "Replace", "pattern": {"Glob": "*"}, "content": "x"} | normalizer.pattern | It must be an object with either 'String' or 'Regex', and is Glob.
            normalizer | {"type": "Strip", "strip_left": 1, "strip_right": true} | normalizer.strip_left | It must be true or false, and is 1.
            normalizer | {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true} | normalizer.lowercase | It must be true or false, and is missing.
            normalizer | {"type": "Sequence", "normalizers": {}} | normalizer.normalizers | It must be a list, and is an object.
            normalizer | {"type": "Sequence", "normalizers": [{"type": "NFC"}, null]} | normalizer.normalizers[1] | It must be an object, and is null.
            normalizer | {"type": "Sequence", "normalizers": [{"type": "ByteLevel"}, {"type": "ByteLevel"}]} | normalizer | 'ByteLevel' may stand in it once, and does 2 times.
            pre_tokenizer | {"type": "FixedLength", "length": 0} | pre_tokenizer.length | It must be a whole number from 1 to 1000, and is 0.
            pre_tokenizer | {"type": "FixedLength", "length": 1e9} | pre_tokenizer.length | It must be a whole number from 1 to 1000, and is 1e9.
            pre_tokenizer | {"type": "Metaspace", "replacement": "ab"} | pre_tokenizer.replacement | It must be one character, and is "ab".
            pre_tokenizer | {"type": "Metaspace", "replacement": ""} | pre_tokenizer.replacement | It must be one character, and is "".
            pre_tokenizer | {"type": "Split", "pattern": {"String": " "}, "behavior": "Eaten", "invert": false} | pre_tokenizer.behavior | It must be one of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous, and is "Eaten".
            post_processor | {"type": "BertProcessing", "sep": ["a", -1], "cls": ["b", 1]} | post_processor.sep[1] | It must be a whole number from 0 to 2147483646, and is -1.
            post_processor | {"type": "RobertaProcessing", "sep": ["a"]} | post_processor.sep | It must be a list of two, and is a list.
            model | {"type": "WordLevel", "unk_token": "n", "vocab": {"a": 0}} | model.unk_token | It must be a token of model.vocab, and 'n' is none.
            model | {"type": "WordLevel", "unk_token": "a", "vocab": {"a": -1}} | model.vocab.a | It must be a whole number from 0 to 2147483646, and is -1.
            model | {"type": "WordLevel", "unk_token": "a", "vocab": {"a": 4294967296}} | model.vocab.a | It must be a whole number from 0 to 2147483646, and is 4294967296.
            model | {"type": "WordPiece", "unk_token": "n", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {"a": 0}} | model.unk_token | It must be a token of model.vocab, and 'n' is none.
            model | {"type": "WordPiece", "unk_token": "a", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100000, "vocab": {"a": 0}} | model.max_input_chars_per_word | It must be a whole number from 0 to 400, and is 100000.
            model | {"type": "BPE", "unk_token": "n", "vocab": {"a": 0}, "merges": []} | model.unk_token | It must be a token of model.vocab, and 'n' is none.
            model | {"type": "BPE", "dropout": 0.1, "vocab": {"a": 0}, "merges": []} | model.dropout | It must be null or 0, since the same text must have the same tokens, and is 0.1.
            model | {"type": "BPE", "vocab": {"a": 0}, "merges": [["a"]]} | model.merges[0] | It must be two tokens with a space between, or a list of two, and is ["a"].
            model | {"type": "BPE", "continuing_subword_prefix": "##", "vocab": {"a": 0}, "merges": ["a ##a", "a b"]} | model.merges[1] | It ends with 'b', which does not begin with the prefix '##' of continuing words.
            model | {"type": "BPE", "continuing_subword_prefix": "#", "vocab": {"a": 0}, "merges": [["a", "é"]]} | model.merges[0] | It ends with 'é', which does not begin with the prefix '#' of continuing words.
            model | {"type": "Unigram", "unk_id": 2, "vocab": [["a", 0.0], ["b", -1]]} | model.unk_id | It must be the number of one of the 2 tokens, and is 2.
            model | {"type": "Unigram", "unk_id": null, "vocab": [["a", 0.0]]} | model.unk_id | It must be a whole number from 0 to 2147483646, and is null.
            model | {"type": "Unigram", "unk_id": 0, "vocab": [["a", 1e999]]} | model.vocab[0] | It must be a token and its score, a number, and is ["a",1e999].
            model | {"type": "Unigram", "unk_id": 0, "vocab": [["a", "NaN"]]} | model.vocab[0] | It must be a token and its score, a number, and is ["a","NaN"].
            model | null | model | It must be an object, and is null.
            version | "2.0" | version | It must be one of 1.0, and is "2.0".
            added_tokens | {} | added_tokens | It must be a list, and is an object.
            added_tokens | [{"id": 1e30, "content": "a"}] | added_tokens[0].id | It must be a whole number from 0 to 2147483646, and is 1e30.
            added_tokens | [{"id": 1, "content": "a", "single_word": "no"}] | added_tokens[0].single_word | It must be true or false, and is "no".
            """)
    void refusesByItsPlace(String place, String json, String path, String cause) {
        refused(place, json, path + " cannot be used", cause);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"SpecialToken": {"id": "x", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}} | special_tokens.x | It is missing, and the template uses it.
            {"Sequence": {"id": "B", "type_id": 0}} | single[0].Sequence.id | It must be one of A, and is "B".
            {"SpecialToken": {"id": "two", "type_id": 0}} | single | It must hold the text ('Sequence' 'A') once, and does 0 times.
            {"SpecialToken": {"id": "odd", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}} | special_tokens.odd | It must have as many 'ids' as 'tokens', and has 2 and 1.
            {"Sequence": {"id": "A", "type_id": -1}} | single[0].Sequence.type_id | It must be a whole number from 0 to 2147483646, and is -1.
            {"Other": 1} | single[0] | It must be an object with either 'Sequence' or 'SpecialToken', and is Other.
            """)
    void refusesATemplateThatIsNone(String pieces, String path, String cause) {
        refused("post_processor", template(pieces), "post_processor.%s cannot be used".formatted(path), cause);
    }

    @Test
    void refusesATemplateThatHoldsTheTextAHundredTimes() {
        String hundred = "{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}, ".repeat(50);
        refused(
                "post_processor",
                template(hundred.substring(0, hundred.length() - 2)),
                "post_processor.single cannot be used",
                "It must hold the text ('Sequence' 'A') once, and does 50 times.");
        refused(
                "post_processor",
                template(hundred + hundred.substring(0, hundred.length() - 2)),
                "post_processor.single cannot be used",
                "It must be a list of at most 64, and is one of 100.");
    }

    @Test
    void refusesTwoPartsThatAddSpecialTokens() {
        String bert = "{\"type\": \"BertProcessing\", \"sep\": [\"a\", 0], \"cls\": [\"b\", 1]}";
        refused(
                "post_processor",
                "{\"type\": \"Sequence\", \"processors\": [%s, {\"type\": \"ByteLevel\", \"add_prefix_space\": true, \"trim_offsets\": true}, %s]}"
                        .formatted(bert, template("{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}")),
                "post_processor cannot be used",
                "Only one part may add special tokens, and 2 do.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            normalizer     | BertNormalizer, ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace, Strip, StripAccents
            pre_tokenizer  | BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, FixedLength, Metaspace, Punctuation, Split, UnicodeScripts, Whitespace, WhitespaceSplit
            post_processor | BertProcessing, ByteLevel, RobertaProcessing, TemplateProcessing
            model          | BPE, Unigram, WordLevel, WordPiece
            """)
    void refusesAnUnknownTypeByName(String place, String known) {
        refused(
                place,
                "{\"type\": \"Unheard\\nof\"}",
                place + ".type 'Unheard\\u000aof' is not known",
                "The tokenizers library is given only what is known to be safe with every text: %s.".formatted(known));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(a+)+$", "(a|aa)+$", "\\\\s+$", "x*", "(?<=x)x"})
    void refusesARegularExpressionThatMayTakeEndlessly(String regex) {
        refused(
                "pre_tokenizer",
                "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"%s\"}, \"behavior\": \"Isolated\", \"invert\": false}"
                        .formatted(regex),
                "pre_tokenizer.pattern.Regex cannot be used",
                "The regular expression may take endlessly on some texts: it is none of those that known models have, and "
                        + "something follows a repetition in it, or a group is repeated.");
    }

    @Test
    void refusesTextsThatFillMemory() {
        String large = "x".repeat(10_000_000);
        refused(
                "normalizer",
                "{\"type\": \"Prepend\", \"prepend\": \"%s\"}".formatted(large),
                "normalizer.prepend cannot be used",
                "It must be a text of at most 256 characters, and is one of 10000000.");
        refused(
                "normalizer",
                "{\"type\": \"Replace\", \"pattern\": {\"String\": \"a\"}, \"content\": \"%s\"}".formatted(large),
                "normalizer.content cannot be used",
                "It must be a text of at most 256 characters, and is one of 10000000.");
        String doubling = "{\"type\": \"Replace\", \"pattern\": {\"String\": \"a\"}, \"content\": \"aa\"}, ".repeat(40);
        refused(
                "normalizer",
                "{\"type\": \"Sequence\", \"normalizers\": [%s]}"
                        .formatted(doubling.substring(0, doubling.length() - 2)),
                "normalizer cannot be used",
                "Together its parts make more than 16 characters of one.");
    }

    @Test
    void refusesSequencesWithinSequencesWithoutEnd() {
        String nested = "{\"type\": \"NFC\"}";
        for (int i = 0; i < 50; i++) {
            nested = "{\"type\": \"Sequence\", \"normalizers\": [%s]}".formatted(nested);
        }
        refused(
                "normalizer",
                nested,
                "normalizer%s.norm... cannot be used".formatted(".normalizers[0]".repeat(7)),
                "Sequences within sequences are read 8 deep.");
    }

    @Test
    void refusesMoreStepsThanAnyModelHas() {
        String many = "{\"type\": \"Sequence\", \"normalizers\": [%s{\"type\": \"NFC\"}]}"
                .formatted("{\"type\": \"NFC\"}, ".repeat(99));
        refused(
                "normalizer",
                "{\"type\": \"Sequence\", \"normalizers\": [%s, %s]}".formatted(many, many),
                "normalizer cannot be used",
                "It must be at most 128 parts, and is 200.");
    }

    @Test
    void refusesMoreAddedTokensThanTheLibraryComparesInTime() {
        String one = "{\"id\": 1, \"content\": \"%s\", \"single_word\": false, \"lstrip\": false, \"rstrip\": false,"
                + " \"normalized\": true, \"special\": false}, ";
        String many = one.formatted("a").repeat(20_001);
        refused(
                "added_tokens",
                "[%s]".formatted(many.substring(0, many.length() - 2)),
                "added_tokens cannot be used",
                "It must be a list of at most 20000, and is one of 20001.");
        String large = one.formatted("a".repeat(250)).repeat(4_001);
        refused(
                "added_tokens",
                "[%s]".formatted(large.substring(0, large.length() - 2)),
                "added_tokens cannot be used",
                "It must be at most 1000000 characters in all, and is of 1000250.");
    }

    @Test
    void refusesATokenAsDeepAsTheLibrarysTreeMayNotBe() {
        refused(
                "model",
                "{\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": [[\"%s\", 0]]}".formatted("a".repeat(1_000_000)),
                "model.vocab[0] cannot be used",
                "It must be a token of at most 512 characters, and is one of 1000000.");
    }

    @Test
    void givesTheLibraryWhatItKnowsAndNothingElse() {
        JsonObject json = json("normalizer", """
                {"type": "Strip", "strip_left": true, "strip_right": false, "note": "\\u0000"}""");
        json.add("decoder", JsonParser.parseString("7"));
        json.add("more", JsonParser.parseString("[[[]]]"));
        json.add("truncation", JsonParser.parseString("{}"));
        JsonObject read = TokenizerReader.read(FILE, json);
        JsonObject expected = JsonParser.parseString(PLAIN).getAsJsonObject();
        expected.add("normalizer", JsonParser.parseString("""
                {"type": "Strip", "strip_left": true, "strip_right": false}"""));
        assertThat(read).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            WordPiece | {"unk_token": "u", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {"u": 0}}
            WordLevel | {"unk_token": "u", "vocab": {"u": 0}}
            BPE       | {"unk_token": "u", "vocab": {"u": 0}, "merges": []}
            Unigram   | {"unk_id": 0, "vocab": [["u", 0.0]]}
            """)
    void readsModelsOfOldFilesThatDoNotNameTheirType(String type, String model) {
        JsonObject read = TokenizerReader.read(FILE, json("model", model)).getAsJsonObject("model");
        assertThat(read.remove("type").getAsString()).isEqualTo(type);
        assertThat(read).isEqualTo(JsonParser.parseString(model));
    }

    @Test
    void readsAllSamples() throws Exception {
        for (String tokenizer : SampleTokenizers.all()) {
            JsonObject file = JsonParser.parseString(tokenizer).getAsJsonObject();
            JsonObject read = TokenizerReader.read(FILE, file);
            for (String place : new String[] {"added_tokens", "normalizer", "pre_tokenizer", "model"}) {
                assertThat(withoutNulls(read.get(place))).as(place).isEqualTo(withoutNulls(file.get(place)));
            }
        }
    }

    /** So that the fuzzer meets each. */
    @Test
    void everyKnownTypeHasASample() throws Exception {
        String samples = String.join("\n", SampleTokenizers.all());
        for (KnownParts known : List.of(
                TokenizerParts.NORMALIZERS,
                TokenizerParts.PRE_TOKENIZERS,
                TokenizerParts.POST_PROCESSORS,
                TokenizerParts.MODELS)) {
            assertThat(known.parts().keySet())
                    .allSatisfy(type -> assertThat(samples).contains("\"type\":\"%s\"".formatted(type)));
        }
    }

    private static JsonElement withoutNulls(JsonElement element) {
        if (element instanceof JsonObject object) {
            JsonObject without = new JsonObject();
            object.entrySet().stream()
                    .filter(field -> !field.getValue().isJsonNull())
                    .forEach(field -> without.add(field.getKey(), withoutNulls(field.getValue())));
            return without;
        }
        if (element instanceof JsonArray array) {
            JsonArray without = new JsonArray();
            array.forEach(value -> without.add(withoutNulls(value)));
            return without;
        }
        return element;
    }

    private static String template(String pieces) {
        return """
                {"type": "TemplateProcessing", "single": [%s], "pair": [],
                 "special_tokens": {"two": {"id": "two", "ids": [1, 2], "tokens": ["a", "b"]},
                                    "odd": {"id": "odd", "ids": [1, 2], "tokens": ["a"]}}}""".formatted(pieces);
    }

    private static JsonObject json(String place, String part) {
        JsonObject json = JsonParser.parseString(PLAIN).getAsJsonObject();
        json.add(place, JsonParser.parseString(part));
        return json;
    }

    private static void refused(String place, String part, String problem, String cause) {
        JsonObject json = json(place, part);
        assertRefused(
                () -> TokenizerReader.read(FILE, json),
                ErrorCode.TOKENIZER_INVALID,
                "%s: %s".formatted(FILE, problem),
                cause,
                REMEDY);
    }
}
