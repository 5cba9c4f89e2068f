package io.embark.model;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the Transformer module says about texts: {@code sentence_bert_config.json} and {@code tokenizer_config.json}. */
final class TransformerConfig {
    /** Sentence Transformers tries them in this order; an empty one moves on to the next. */
    static final List<String> FILES = List.of(
            "sentence_bert_config.json",
            "sentence_roberta_config.json",
            "sentence_distilbert_config.json",
            "sentence_camembert_config.json",
            "sentence_albert_config.json",
            "sentence_xlm-roberta_config.json",
            "sentence_xlnet_config.json");

    /** The tokenizer classes of transformers that build their normaliser from tokenizer_config.json. */
    private static final Set<String> BERT_TOKENIZERS = Set.of(
            "BertTokenizer",
            "BertTokenizerFast",
            "DistilBertTokenizer",
            "DistilBertTokenizerFast",
            "MPNetTokenizer",
            "MPNetTokenizerFast");

    private final JsonConfig config;
    private final JsonConfig tokenizer;

    private TransformerConfig(JsonConfig config, JsonConfig tokenizer) {
        this.config = config;
        this.tokenizer = tokenizer;
    }

    static TransformerConfig read(FolderFiles files, ModuleList modules) {
        String directory = modules.first().path();
        JsonConfig config = FILES.stream()
                .flatMap(name -> files.findJson(directory, name).stream())
                .filter(found -> !found.isEmpty())
                .findFirst()
                .orElseGet(() -> JsonConfig.empty(FILES.get(0)));
        JsonConfig tokenizer = files.findJson(directory, "tokenizer_config.json")
                .orElseGet(() -> JsonConfig.empty("tokenizer_config.json"));
        refuseOtherTasks(config);
        refuseConfigArguments(config);
        refuseLeftTruncation(tokenizer);
        if (!modules.listed() && tokenizer.has("chat_template")) {
            throw ModelProblem.unsupported(
                    "%s: chat_template is set and there is no modules.json".formatted(tokenizer.subject()),
                    "Sentence Transformers puts every text through the template then, which Embark cannot.",
                    "Add the modules.json of the model.");
        }
        return new TransformerConfig(config, tokenizer);
    }

    /**
     * The most tokens of one text by the rules of Sentence Transformers 5.4 ({@code base/transformer.py}, {@code
     * max_seq_length}), cut to what the positions allow: a longer text would end in an error there.
     */
    int maxTokens(int positions) {
        Optional<Integer> explicit = config.objectOrEmpty("processing_kwargs")
                .objectOrEmpty("text")
                .limit("max_length")
                .or(() -> config.objectOrEmpty("processor_kwargs").limit("model_max_length"))
                .or(() -> config.objectOrEmpty("tokenizer_args").limit("model_max_length"))
                .or(() -> config.limit("max_seq_length"))
                .or(() -> tokenizer.limit("model_max_length"));
        return Math.min(explicit.orElse(positions), positions);
    }

    boolean lowerCase() {
        return config.flag("do_lower_case").orElse(false);
    }

    Optional<BertNormalizer> bertNormalizer() {
        return tokenizer
                .text("tokenizer_class")
                .filter(BERT_TOKENIZERS::contains)
                .map(name -> new BertNormalizer(
                        tokenizerFlag("do_lower_case").orElse(true),
                        tokenizerFlag("strip_accents"),
                        tokenizerFlag("tokenize_chinese_chars").orElse(true)));
    }

    /** A tokenizer argument of the module wins over the tokenizer's own file. */
    private Optional<Boolean> tokenizerFlag(String key) {
        return config.objectOrEmpty("tokenizer_args").flag(key).or(() -> tokenizer.flag(key));
    }

    private static void refuseOtherTasks(JsonConfig config) {
        String task = config.text("transformer_task").orElse("feature-extraction");
        if (!task.equals("feature-extraction")) {
            throw unsupported(config, "transformer_task is '%s'".formatted(ModelProblem.show(task)));
        }

        JsonConfig modalities = config.objectOrEmpty("modality_config");
        modalities.keys().stream()
                .filter(name -> !name.equals("text"))
                .findFirst()
                .ifPresent(name -> {
                    throw unsupported(config, "modality_config has '%s'".formatted(ModelProblem.show(name)));
                });
        List<String> output =
                modalities.objectOrEmpty("text").texts("method_output_name").orElse(List.of("last_hidden_state"));
        if (!output.equals(List.of("last_hidden_state"))) {
            throw unsupported(config, "method_output_name is %s".formatted(ModelProblem.show(output)));
        }
    }

    private static void refuseConfigArguments(JsonConfig config) {
        JsonConfig arguments = config.objectOrEmpty("config_args");
        arguments.keys().stream()
                .filter(name -> !name.equals("trust_remote_code"))
                .findFirst()
                .ifPresent(name -> {
                    throw unsupported(config, "config_args has '%s'".formatted(ModelProblem.show(name)));
                });
    }

    private static void refuseLeftTruncation(JsonConfig tokenizer) {
        String side = tokenizer.text("truncation_side").orElse("right");
        if (!side.equals("right")) {
            throw unsupported(tokenizer, "truncation_side is '%s'".formatted(ModelProblem.show(side)));
        }
    }

    private static RuntimeException unsupported(JsonConfig config, String what) {
        return ModelProblem.unsupported(
                "%s: %s".formatted(config.subject(), what),
                "Embark reads plain text, cuts it at its end and takes the last hidden state of an unchanged network.",
                "Choose a model that needs nothing else.");
    }
}
