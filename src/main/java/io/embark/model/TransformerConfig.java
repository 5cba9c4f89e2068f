/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.files.FolderFiles;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.List;

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

    private final JsonConfig config;
    private final TokenizerConfig tokenizer;

    private TransformerConfig(JsonConfig config, TokenizerConfig tokenizer) {
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
        if (!modules.listed() && tokenizer.has("chat_template")) {
            throw ModelProblem.unsupported(
                    "%s: chat_template is set and there is no modules.json".formatted(tokenizer.subject()),
                    "Sentence Transformers puts every text through the template then, which Embark cannot.",
                    "Add the modules.json of the model.");
        }
        return new TransformerConfig(config, new TokenizerConfig(tokenizer, config.objectOrEmpty("tokenizer_args")));
    }

    /**
     * The most tokens of one text by the rules of Sentence Transformers 5.4 ({@code base/transformer.py}, {@code
     * max_seq_length}): an argument for the tokenizer, else the module's own limit, else the smaller of the tokenizer's and of the
     * positions that the network's configuration names. Cut to what the network can take: a longer text would end in an error
     * there.
     *
     * @param network its {@code config.json}
     * @param positions the most tokens that it can take
     */
    int maxTokens(JsonConfig network, int positions) {
        int limit = config.objectOrEmpty("processing_kwargs")
                .objectOrEmpty("text")
                .decidingLimit("max_length")
                .or(() -> config.objectOrEmpty("processor_kwargs").decidingLimit("model_max_length"))
                .or(() -> config.objectOrEmpty("tokenizer_args").decidingLimit("model_max_length"))
                .or(() -> config.decidingLimit("max_seq_length"))
                .orElseGet(() -> Math.min(tokenizer.limit().orElse(Integer.MAX_VALUE), namedPositions(network)));
        return Math.min(limit, positions);
    }

    private static int namedPositions(JsonConfig network) {
        String key = "max_position_embeddings";
        return network.isMinusOne(key) ? Integer.MAX_VALUE : network.limit(key).orElse(Integer.MAX_VALUE);
    }

    /** What the tokenizer of a network is like. */
    TokenizerSettings tokenizer(JsonConfig network) {
        return tokenizer.settings(network, config.flag("do_lower_case").orElse(false));
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

    private static RuntimeException unsupported(JsonConfig config, String what) {
        return ModelProblem.unsupported(
                "%s: %s".formatted(config.subject(), what),
                "Embark reads plain text and takes the last hidden state of an unchanged network.",
                "Choose a model that needs nothing else.");
    }
}
