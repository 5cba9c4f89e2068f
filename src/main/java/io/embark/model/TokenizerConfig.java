package io.embark.model;

import io.embark.model.files.JsonConfig;
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

    /** The class that each kind of model has by itself ({@code TOKENIZER_MAPPING_NAMES}). */
    private static final Map<String, TokenizerKind> BY_MODEL_TYPE = Map.ofEntries(
            Map.entry("bert", TokenizerKind.BERT),
            Map.entry("distilbert", TokenizerKind.BERT),
            Map.entry("nomic_bert", TokenizerKind.BERT),
            Map.entry("mpnet", TokenizerKind.MPNET),
            Map.entry("roberta", TokenizerKind.ROBERTA),
            Map.entry("xlm-roberta", TokenizerKind.XLM_ROBERTA),
            Map.entry("camembert", TokenizerKind.CAMEMBERT),
            Map.entry("t5", TokenizerKind.T5),
            Map.entry("mt5", TokenizerKind.T5),
            Map.entry("umt5", TokenizerKind.AS_WRITTEN),
            Map.entry("qwen2", TokenizerKind.QWEN2),
            Map.entry("qwen3", TokenizerKind.QWEN2),
            Map.entry("gemma3_text", TokenizerKind.GEMMA),
            Map.entry("modernbert", TokenizerKind.AS_WRITTEN));

    private final JsonConfig config;
    private final JsonConfig arguments;

    /** {@code arguments} are those of the Transformer module, which win. */
    TokenizerConfig(JsonConfig config, JsonConfig arguments) {
        this.config = config;
        this.arguments = arguments;
    }

    /** The most tokens of one text; empty where the file names none. */
    Optional<Integer> limit() {
        return config.limit("model_max_length");
    }

    TokenizerSettings settings(JsonConfig network, boolean lowerCaseFirst) {
        Map<String, Boolean> flags = new LinkedHashMap<>();
        FLAGS.forEach(key -> arguments.flag(key).or(() -> config.flag(key)).ifPresent(value -> flags.put(key, value)));
        Map<String, String> tokens = new LinkedHashMap<>();
        SPECIAL_TOKENS.forEach(key -> config.token(key).ifPresent(token -> tokens.put(key, token)));
        return new TokenizerSettings(kind(network), true, lowerCaseFirst, cutsStart(), flags, tokens);
    }

    private TokenizerKind kind(JsonConfig network) {
        TokenizerKind own = network.text("model_type").map(BY_MODEL_TYPE::get).orElse(null);
        Optional<String> declared = config.text("tokenizer_class").or(() -> network.text("tokenizer_class"));
        if (own == TokenizerKind.AS_WRITTEN || declared.isEmpty()) {
            return own == null ? TokenizerKind.AS_WRITTEN : own;
        }
        String name = declared.get().replaceFirst("Fast$", "");
        return BY_CLASS.getOrDefault(name, TokenizerKind.AS_WRITTEN);
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
