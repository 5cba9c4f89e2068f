/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tokenizers of every kind: those of all fixtures, and small ones with each part that real models have. */
final class SampleTokenizers {
    private static final List<String> MODELS = List.of("""
            {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
             "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "the": 3, "cat": 4, "x": 5, "##x": 6, "a": 7, "##a": 8, "1": 9}}""", """
            {"type": "WordLevel", "unk_token": "[UNK]",
             "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "the": 3, "cat": 4, "x": 5, "a": 6}}""", """
            {"type": "BPE", "dropout": null, "unk_token": "[UNK]", "continuing_subword_prefix": null,
             "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": true, "ignore_merges": false,
             "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "t": 3, "h": 4, "e": 5, "th": 6, "the": 7, "x": 8, "xx": 9,
                       "\u2581": 10, "\u2581the": 11, "\u0120": 12, "\u0120the": 13, "<0x0A>": 14, "a": 15, "1": 16},
             "merges": [["t", "h"], ["th", "e"], ["x", "x"], ["\u2581", "the"], ["\u0120", "the"]]}""", """
            {"type": "BPE", "continuing_subword_prefix": "##", "end_of_word_suffix": "</w>", "unk_token": "[UNK]",
             "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "t": 3, "##h": 4, "##e</w>": 5, "th": 6, "the</w>": 7, "x": 8},
             "merges": ["t ##h", "th ##e</w>"]}""", """
            {"type": "Unigram", "unk_id": 0, "byte_fallback": false,
             "vocab": [["[UNK]", 0.0], ["[CLS]", 0.0], ["[SEP]", 0.0], ["\u2581", -2.5], ["\u2581the", -3.25], ["the", -4.0],
                       ["x", -5.5], ["xx", -6.0], ["a", -5.0], ["<0x0A>", -7.0]]}""");

    private static final List<String> NORMALIZERS = List.of(
            "null",
            "{\"type\": \"NFC\"}",
            "{\"type\": \"NFD\"}",
            "{\"type\": \"NFKC\"}",
            "{\"type\": \"NFKD\"}",
            "{\"type\": \"Nmt\"}",
            "{\"type\": \"Lowercase\"}",
            "{\"type\": \"StripAccents\"}",
            "{\"type\": \"ByteLevel\"}",
            "{\"type\": \"Strip\", \"strip_left\": true, \"strip_right\": true}",
            "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"%s\"}"
                    .formatted(CharacterTableBuilder.write(new TreeMap<>(Map.of(
                            "\u3000", " ", "\t", " ", "x", "", "e\u0301", "\u00e9", "\u00e9", "ee", "\ufb01", "fi", "!",
                            "\ufdfa")))),
            "{\"type\": \"Prepend\", \"prepend\": \"\u2581\"}",
            "{\"type\": \"Replace\", \"pattern\": {\"String\": \" \"}, \"content\": \"\u2581\"}",
            "{\"type\": \"Replace\", \"pattern\": {\"Regex\": \" {2,}\"}, \"content\": \" \"}",
            "{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"\\\\s+\"}, \"content\": \" \"}",
            """
            {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
             "lowercase": true}""",
            """
            {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u2581"},
             {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]}""",
            """
            {"type": "Sequence", "normalizers": [{"type": "Replace", "pattern": {"String": "``"}, "content": "\\""},
             {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"},
             {"type": "Replace", "pattern": {"String": "!"}, "content": " ! "},
             {"type": "Replace", "pattern": {"Regex": "\\\\s+"}, "content": " "},
             {"type": "Strip", "strip_left": false, "strip_right": true}]}""");

    private static final List<String> PRE_TOKENIZERS = List.of(
            "null",
            "{\"type\": \"BertPreTokenizer\"}",
            "{\"type\": \"Whitespace\"}",
            "{\"type\": \"WhitespaceSplit\"}",
            "{\"type\": \"UnicodeScripts\"}",
            "{\"type\": \"CharDelimiterSplit\", \"delimiter\": \" \"}",
            "{\"type\": \"Digits\", \"individual_digits\": true}",
            "{\"type\": \"Digits\", \"individual_digits\": false}",
            "{\"type\": \"Punctuation\", \"behavior\": \"Isolated\"}",
            "{\"type\": \"Punctuation\"}",
            "{\"type\": \"FixedLength\", \"length\": 5}",
            "{\"type\": \"ByteLevel\", \"add_prefix_space\": true, \"trim_offsets\": true, \"use_regex\": true}",
            "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true}",
            "{\"type\": \"Metaspace\", \"replacement\": \"\u2581\", \"add_prefix_space\": true}",
            "{\"type\": \"Metaspace\", \"replacement\": \"\u2581\", \"prepend_scheme\": \"first\", \"split\": false}",
            "{\"type\": \"Metaspace\", \"replacement\": \"\u2581\", \"prepend_scheme\": \"always\", \"split\": true}",
            "{\"type\": \"Split\", \"pattern\": {\"String\": \"\"}, \"behavior\": \"Isolated\", \"invert\": false}",
            "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"\"}, \"behavior\": \"MergedWithNext\", \"invert\": true}",
            "{\"type\": \"Split\", \"pattern\": {\"String\": \" \"}, \"behavior\": \"MergedWithPrevious\", \"invert\": false}",
            "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"\\\\d\"}, \"behavior\": \"MergedWithNext\", \"invert\": false}",
            """
            {"type": "Sequence", "pretokenizers": [
             {"type": "Split", "behavior": "Isolated", "invert": false, "pattern": {"Regex": "\\\\p{N}{1,3}"}},
             {"type": "Split", "behavior": "Isolated", "invert": false, "pattern": {"Regex": "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"}},
             {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]}""",
            """
            {"type": "Sequence", "pretokenizers": [{"type": "Split", "behavior": "Removed", "invert": true,
             "pattern": {"Regex": "<\\\\|startoftext\\\\|>|'s|'t|[\\\\p{L}]+|[\\\\p{N}]|[^\\\\s\\\\p{L}\\\\p{N}]+"}},
             {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true}]}""",
            """
            {"type": "Sequence", "pretokenizers": [{"type": "Split", "behavior": "Isolated", "invert": false,
             "pattern": {"Regex": "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+"}},
             {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]}""");

    private static final List<String> POST_PROCESSORS = List.of(
            "null",
            "{\"type\": \"BertProcessing\", \"sep\": [\"[SEP]\", 2], \"cls\": [\"[CLS]\", 1]}",
            """
            {"type": "RobertaProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1], "trim_offsets": true,
             "add_prefix_space": false}""",
            "{\"type\": \"ByteLevel\", \"add_prefix_space\": true, \"trim_offsets\": false, \"use_regex\": true}",
            """
            {"type": "Sequence", "processors": [{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true},
             {"type": "TemplateProcessing",
              "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
              "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
              "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]}}}]}""");

    private static final String ADDED = """
            [{"id": 1, "content": "[CLS]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
             {"id": 2, "content": "[SEP]", "single_word": true, "lstrip": true, "rstrip": true, "normalized": true, "special": true},
             {"id": 98, "content": "  ", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": false},
             {"id": 99, "content": "cat dog", "single_word": false, "lstrip": false, "rstrip": false, "normalized": true, "special": false}]""";

    private SampleTokenizers() {}

    /** All of them, each once. */
    static List<String> all() throws IOException, URISyntaxException {
        Set<String> all = new LinkedHashSet<>(fixtures());
        all.addAll(small());
        return List.copyOf(all);
    }

    /** Those of the families and those that transformers made the expected numbers for. */
    static List<String> fixtures() throws IOException, URISyntaxException {
        Set<String> tokenizers = new LinkedHashSet<>();
        Path families = Path.of(
                SampleTokenizers.class.getResource("/io/embark/families").toURI());
        try (Stream<Path> files = Files.walk(families)) {
            for (Path file : files.filter(path -> path.endsWith("tokenizer.json"))
                    .sorted()
                    .toList()) {
                tokenizers.add(JsonParser.parseString(Files.readString(file)).toString());
            }
        }
        Path golden =
                Path.of(SampleTokenizers.class.getResource("tokenizers.json").toURI());
        JsonObject all = JsonParser.parseString(Files.readString(golden)).getAsJsonObject();
        for (JsonElement folder : all.getAsJsonArray("folders")) {
            if (folder.getAsJsonObject().has("tokenizer")) {
                tokenizers.add(golden(all, folder.getAsJsonObject()));
            }
        }
        return tokenizers.stream().distinct().toList();
    }

    /** The {@code tokenizer.json} of one of the folders that {@code tokenizers.json} has, whose models are written once. */
    static String golden(JsonObject all, JsonObject folder) {
        JsonObject tokenizer = folder.getAsJsonObject("tokenizer").deepCopy();
        tokenizer.add(
                "model", all.getAsJsonArray("models").get(folder.get("model").getAsInt()));
        return tokenizer.toString();
    }

    /** Each part at least once. */
    static List<String> small() {
        List<String> small = new ArrayList<>();
        int most = Math.max(NORMALIZERS.size(), PRE_TOKENIZERS.size());
        for (int i = 0; i < most * MODELS.size(); i++) {
            small.add(tokenizer(
                    i % 4 == 3 ? "[]" : ADDED,
                    NORMALIZERS.get(i % NORMALIZERS.size()),
                    PRE_TOKENIZERS.get(i % PRE_TOKENIZERS.size()),
                    POST_PROCESSORS.get(i % POST_PROCESSORS.size()),
                    MODELS.get(i / most)));
        }
        return small;
    }

    /** Parts that no model has together. */
    static String composed(Random random) {
        return tokenizer(
                random.nextInt(4) == 0 ? "[]" : ADDED,
                sequence("normalizers", NORMALIZERS, random),
                sequence("pretokenizers", PRE_TOKENIZERS, random),
                POST_PROCESSORS.get(random.nextInt(POST_PROCESSORS.size())),
                MODELS.get(random.nextInt(MODELS.size())));
    }

    private static String sequence(String key, List<String> parts, Random random) {
        return random.ints(1 + random.nextInt(4), 0, parts.size())
                .mapToObj(parts::get)
                .filter(part -> !part.equals("null"))
                .collect(Collectors.joining(", ", "{\"type\": \"Sequence\", \"%s\": [".formatted(key), "]}"));
    }

    private static String tokenizer(
            String added, String normalizer, String preTokenizer, String postProcessor, String model) {
        String json = """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": %s, "normalizer": %s,
                 "pre_tokenizer": %s, "post_processor": %s, "decoder": null, "model": %s}""".formatted(added, normalizer, preTokenizer, postProcessor, model);
        return JsonParser.parseString(json).toString();
    }
}
