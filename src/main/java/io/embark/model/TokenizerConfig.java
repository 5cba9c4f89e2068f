/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.family.ConfigKeys;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code tokenizer_config.json} as {@code AutoTokenizer} of transformers 5 does. */
final class TokenizerConfig {
    private static final String PREFIX = "add_prefix_space";
    private static final List<String> FLAGS = List.of(
            "do_lower_case",
            "strip_accents",
            "tokenize_chinese_chars",
            "clean_text",
            PREFIX,
            "keep_accents",
            "split_by_punct",
            "legacy");

    /** The post-processor of a {@code tokenizer.json} says these; only arguments say otherwise. */
    private static final List<String> ENDS = List.of("add_bos_token", "add_eos_token");

    private static final List<String> NUMBERS = List.of("extra_ids", "unk_id", "offset");

    /** {@code MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS}, those of a class of their own: whatever a file says, it is that. */
    private static final Map<String, TokenizerKind> OWN_CLASS_ALONE = Map.of(
            "qwen2", TokenizerKind.QWEN2,
            "qwen3_5", TokenizerKind.QWEN3_5,
            "qwen3_5_moe", TokenizerKind.QWEN3_5,
            "qwen3_5_moe_text", TokenizerKind.QWEN3_5);

    private static final String FIX_MISTRAL = "fix_mistral_regex";

    private static final List<String> MISTRALS = List.of("mistral", "mistral3", "voxtral", "ministral", "pixtral");

    /** The arguments of {@code AutoTokenizer} that stand for fields of the file. */
    static final KnownKeys ARGUMENTS = KnownKeys.NONE
            .honoured("model_max_length", "truncation_side")
            .honoured(FLAGS.toArray(String[]::new))
            .honoured(ENDS.toArray(String[]::new))
            .honoured(NUMBERS.toArray(String[]::new))
            .honoured(SpecialTokens.NAMES.toArray(String[]::new))
            .honoured(SpecialTokensReader.KEYS.toArray(String[]::new))
            .honoured(FIX_MISTRAL)
            .idle(ConfigKeys.PADDING, "padding_side")
            .idle("The network is called with tokens only.", "model_input_names")
            .idle("Only reading tokens back asks for it.", "clean_up_tokenization_spaces");

    private final JsonConfig file;
    private final JsonConfig config;
    private final JsonConfig arguments;
    private final LegacyTokens legacy;

    /** {@code arguments} are those of the Transformer module, which win. */
    TokenizerConfig(JsonConfig file, JsonConfig arguments, LegacyTokens legacy) {
        this.file = file;
        this.config = file.overlaid(arguments);
        this.arguments = arguments;
        this.legacy = legacy;
    }

    /** The most tokens of one text; empty where the file names none. */
    Optional<Integer> limit() {
        return config.limit(config.has("model_max_length") ? "model_max_length" : "max_len");
    }

    /** {@code _patch_mistral_regex}: files of Mistral from before transformers 5 may ask for other pieces of words than they have. */
    private void refuseOtherPieces(JsonConfig network) {
        boolean old = !network.text("transformers_version").orElse("0").matches("[5-9].*|[1-9][0-9]+[.].*");
        boolean patched = network.text("model_type").map(MISTRALS::contains).orElse(true);
        if (old && patched && config.flag(FIX_MISTRAL).orElse(false)) {
            throw ModelProblem.unsupported(
                    "%s: %s is true".formatted(config.subject(), FIX_MISTRAL),
                    "transformers then replaces the regular expression of tokenizer.json.",
                    "Save the tokenizer with transformers 5, which writes the one that it uses, and remove the field.");
        }
    }

    TokenizerSettings settings(JsonConfig network, boolean whole, boolean addsSpecialTokens, boolean lowerCaseFirst) {
        refuseOtherPieces(network);
        Map<String, Boolean> flags = new LinkedHashMap<>();
        FLAGS.forEach(key -> config.flag(key).ifPresent(value -> flags.put(key, value)));
        // For the classes that ask for it, null is not what is usual but "no".
        if (config.keys().contains(PREFIX) && !config.has(PREFIX)) {
            flags.put(PREFIX, false);
        }
        ENDS.forEach(key -> (whole ? arguments : config).flag(key).ifPresent(value -> flags.put(key, value)));
        Map<String, Integer> numbers = new LinkedHashMap<>();
        NUMBERS.forEach(key -> config.natural(key, Integer.MAX_VALUE - 1).ifPresent(value -> numbers.put(key, value)));
        TokenizerKind kind = kind(network);
        // What the class builds stays where there is no file to take its place.
        boolean builtAfterAll = kind == TokenizerKind.CONV_BERT && !whole;
        return new TokenizerSettings(
                builtAfterAll ? TokenizerKind.BERT : kind,
                addsSpecialTokens,
                lowerCaseFirst,
                cutsStart(),
                flags,
                numbers,
                SpecialTokensReader.read(file, arguments, legacy));
    }

    private TokenizerKind kind(JsonConfig network) {
        String modelType = network.text("model_type").orElse("");
        if (OWN_CLASS_ALONE.containsKey(modelType)) {
            return OWN_CLASS_ALONE.get(modelType);
        }
        Optional<TokenizerKind> own = Families.tokenizer(modelType);
        JsonConfig declaring = file.has("tokenizer_class") ? file : network;
        Optional<String> declared = declaring.text("tokenizer_class");
        if (own.equals(Optional.of(TokenizerKind.AS_WRITTEN)) || declared.isEmpty()) {
            return own.orElse(TokenizerKind.AS_WRITTEN);
        }
        return TokenizerClassNames.kind(declaring.subject(), declared.get());
    }

    private boolean cutsStart() {
        String side = config.text("truncation_side").orElse("right");
        if (!side.equals("left") && !side.equals("right")) {
            throw ModelProblem.wrongField(
                    "%s: truncation_side is '%s'".formatted(config.subject(), ModelProblem.show(side)),
                    "It must be left or right.");
        }
        return side.equals("left");
    }
}
