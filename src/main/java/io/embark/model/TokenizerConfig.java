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
    private static final List<String> FLAGS =
            List.of("do_lower_case", "strip_accents", "tokenize_chinese_chars", "add_prefix_space");

    private static final List<String> SPECIAL_TOKENS =
            List.of("bos_token", "eos_token", "cls_token", "sep_token", "unk_token");

    /** The classes with a constructor of their own. */
    private static final Map<String, TokenizerKind> BY_CLASS = Map.of(
            "BertTokenizer", TokenizerKind.BERT,
            "DistilBertTokenizer", TokenizerKind.BERT,
            "MPNetTokenizer", TokenizerKind.MPNET,
            "RobertaTokenizer", TokenizerKind.ROBERTA,
            "XLMRobertaTokenizer", TokenizerKind.XLM_ROBERTA,
            "CamembertTokenizer", TokenizerKind.CAMEMBERT,
            "T5Tokenizer", TokenizerKind.T5,
            "Qwen2Tokenizer", TokenizerKind.QWEN2,
            "GemmaTokenizer", TokenizerKind.GEMMA);

    /** A type that no family computes, but a program of the folder may. */
    private static final String QWEN2 = "qwen2";

    /** The arguments of {@code AutoTokenizer} that stand for fields of the file. */
    static final KnownKeys ARGUMENTS = KnownKeys.NONE
            .honoured("model_max_length", "truncation_side")
            .honoured(FLAGS.toArray(String[]::new))
            .honoured(SPECIAL_TOKENS.toArray(String[]::new))
            .honoured("pad_token", "mask_token")
            .idle(ConfigKeys.PADDING, "padding_side")
            .idle("The network is called with tokens only.", "model_input_names")
            .idle("Only reading tokens back asks for it.", "clean_up_tokenization_spaces");

    private final JsonConfig config;

    /** {@code arguments} are those of the Transformer module, which win. */
    TokenizerConfig(JsonConfig config, JsonConfig arguments) {
        this.config = config.overlaid(arguments);
    }

    /** The most tokens of one text; empty where the file names none. */
    Optional<Integer> limit() {
        return config.limit(config.has("model_max_length") ? "model_max_length" : "max_len");
    }

    TokenizerSettings settings(JsonConfig network, boolean addsSpecialTokens, boolean lowerCaseFirst) {
        Map<String, Boolean> flags = new LinkedHashMap<>();
        FLAGS.forEach(key -> config.flag(key).ifPresent(value -> flags.put(key, value)));
        Map<String, String> tokens = new LinkedHashMap<>();
        SPECIAL_TOKENS.forEach(key -> config.token(key).ifPresent(token -> tokens.put(key, token)));
        return new TokenizerSettings(kind(network), addsSpecialTokens, lowerCaseFirst, cutsStart(), flags, tokens);
    }

    private TokenizerKind kind(JsonConfig network) {
        Optional<TokenizerKind> own = network.text("model_type").flatMap(TokenizerConfig::byModelType);
        Optional<String> declared = config.text("tokenizer_class").or(() -> network.text("tokenizer_class"));
        if (own.equals(Optional.of(TokenizerKind.AS_WRITTEN)) || declared.isEmpty()) {
            return own.orElse(TokenizerKind.AS_WRITTEN);
        }
        String name = declared.get().replaceFirst("Fast$", "");
        return BY_CLASS.getOrDefault(name, TokenizerKind.AS_WRITTEN);
    }

    private static Optional<TokenizerKind> byModelType(String modelType) {
        return modelType.equals(QWEN2) ? Optional.of(TokenizerKind.QWEN2) : Families.tokenizer(modelType);
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
