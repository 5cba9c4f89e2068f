/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.files.FolderFiles;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.List;
import java.util.Optional;

/**
 * What the Transformer module says about texts: its own file and {@code tokenizer_config.json}.
 *
 * @param arguments the module's own
 * @param tokenizer the tokenizer's
 * @param task what the texts are
 */
record TransformerConfig(TransformerArguments arguments, TokenizerConfig tokenizer, Optional<String> task) {
    /** What follows the name of a task in the key of its limit. */
    private static final String LIMIT_OF_TASK = "_length";

    /** Values of {@code truncation} that cut a text that is no pair. */
    private static final List<String> CUTTING = List.of("longest_first", "only_first");

    private static final String WHOLE = "do_not_truncate";

    static TransformerConfig read(FolderFiles files, ModuleList modules, Optional<String> task) {
        TransformerArguments arguments = TransformerArguments.read(files, modules);
        JsonConfig tokenizer = files.findJson(modules.first().path(), "tokenizer_config.json")
                .orElseGet(() -> JsonConfig.empty("tokenizer_config.json"));
        if (!modules.listed()) {
            refuseChat(files, modules.first().path(), tokenizer);
        }
        LegacyTokens legacy = LegacyTokens.read(files, modules.first().path());
        return new TransformerConfig(arguments, new TokenizerConfig(tokenizer, arguments.tokenizer(), legacy), task);
    }

    private static void refuseChat(FolderFiles files, String directory, JsonConfig tokenizer) {
        Optional<String> template = files.find(directory, "chat_template.jinja")
                .map(file -> "%s: a chat template".formatted(file))
                .or(() -> tokenizer.has("chat_template")
                        ? Optional.of("%s: chat_template is set".formatted(tokenizer.subject()))
                        : Optional.empty());
        template.ifPresent(what -> {
            throw ModelProblem.unsupported(
                    what + " and there is no modules.json",
                    "Sentence Transformers puts every text through the template then, which Embark cannot.",
                    "Add the modules.json of the model.");
        });
    }

    /**
     * The most tokens of one text by the rules of Sentence Transformers 6.2 ({@code base/modules/transformer.py}, {@code
     * preprocess} and {@code __init__}): what the tokenizer is called with, else the limit of the task, else an argument for the tokenizer, else the module's
     * own limit, else the smaller of the tokenizer's and of the positions that the network's configuration names. Cut to what the
     * network can take: a longer text would end in an error there.
     *
     * @param network its {@code config.json}
     * @param positions the most tokens that it can take
     */
    int maxTokens(JsonConfig network, int positions) {
        if (!cuts()) {
            return positions;
        }
        int limit = arguments
                .call()
                .decidingLimit("max_length")
                .or(this::limitOfTask)
                .or(() -> arguments.tokenizer().decidingLimit("model_max_length"))
                .or(() -> arguments.json().decidingLimit("max_seq_length"))
                .orElseGet(() -> Math.min(
                        tokenizer.limit().orElse(Integer.MAX_VALUE),
                        namedPositions(network.overlaid(arguments.network()))));
        return Math.min(limit, positions);
    }

    /** The tasks for which there is a limit of its own. */
    List<String> tasks() {
        return ModelChoice.TASKS_OF_ALL.stream()
                .filter(name -> arguments.json().has(name + LIMIT_OF_TASK))
                .toList();
    }

    private Optional<Integer> limitOfTask() {
        return task.filter(ModelChoice.TASKS_OF_ALL::contains)
                .flatMap(name -> arguments.json().decidingLimit(name + LIMIT_OF_TASK));
    }

    private static int namedPositions(JsonConfig network) {
        String key = "max_position_embeddings";
        return network.isMinusOne(key) ? Integer.MAX_VALUE : network.limit(key).orElse(Integer.MAX_VALUE);
    }

    /** Whether a long text is cut at all. */
    private boolean cuts() {
        JsonConfig call = arguments.call();
        if (call.isFlag("truncation")) {
            return call.flag("truncation").orElse(true);
        }
        String way = call.text("truncation").orElse(CUTTING.get(0));
        if (!CUTTING.contains(way) && !way.equals(WHOLE)) {
            throw ModelProblem.wrongField(
                    "%s: truncation is '%s'".formatted(call.subject(), ModelProblem.show(way)),
                    "It must be true, false, %s or %s.".formatted(String.join(", ", CUTTING), WHOLE));
        }
        return CUTTING.contains(way);
    }

    /**
     * What the tokenizer of a network is like.
     *
     * @param whole whether there is a {@code tokenizer.json}
     */
    TokenizerSettings tokenizer(JsonConfig network, boolean whole) {
        Optional<Boolean> special = arguments.call().flag("add_special_tokens");
        return tokenizer.settings(
                network,
                whole,
                special.orElse(true),
                arguments.json().flag("do_lower_case").orElse(false));
    }
}
