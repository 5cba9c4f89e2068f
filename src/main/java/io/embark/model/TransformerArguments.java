/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.family.ConfigKeys;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.List;
import java.util.Map;

/**
 * The file of the Transformer module, {@code sentence_bert_config.json}, which is a call of Sentence Transformers' constructor
 * ({@code base/modules/transformer.py}): beside its own fields it has arguments for each of the calls that this one makes.
 *
 * @param json the file
 * @param network {@code config_kwargs}, which change {@code config.json}
 * @param tokenizer {@code processor_kwargs}, which win over {@code tokenizer_config.json}
 * @param call {@code processing_kwargs}: how the tokenizer is called for each text, {@code common} over {@code text}
 */
record TransformerArguments(JsonConfig json, JsonConfig network, JsonConfig tokenizer, JsonConfig call) {
    /** Sentence Transformers tries them in this order; an empty one moves on to the next. */
    static final List<String> FILES = List.of(
            "sentence_bert_config.json",
            "sentence_roberta_config.json",
            "sentence_distilbert_config.json",
            "sentence_camembert_config.json",
            "sentence_albert_config.json",
            "sentence_xlm-roberta_config.json",
            "sentence_xlnet_config.json");

    private static final String OVERWRITTEN = "Sentence Transformers puts its own value in its place.";
    private static final String WHERE = "It says where files are fetched from and put.";

    static final KnownKeys KEYS = KnownKeys.NONE
            .honoured(
                    "transformer_task",
                    "modality_config",
                    "module_output_name",
                    "max_seq_length",
                    "query_length",
                    "document_length",
                    "do_lower_case",
                    "model_kwargs",
                    "processor_kwargs",
                    "config_kwargs",
                    "processing_kwargs")
            .otherName("model_args", "model_kwargs")
            .otherName("tokenizer_args", "processor_kwargs")
            .otherName("config_args", "config_kwargs")
            .idle(OVERWRITTEN, "backend")
            .idle(WHERE, "cache_dir")
            .idle(ConfigKeys.SAME_PRODUCTS, "unpad_inputs")
            .refused("Queries that are filled up with tokens are for models of many vectors.", "query_expansion")
            .refused("The tokenizer is read from the folder of the network.", "tokenizer_name_or_path");

    /** What all the calls take. */
    private static final KnownKeys HUB = KnownKeys.NONE
            .idle("Code of the folder is not run.", "trust_remote_code")
            .idle(OVERWRITTEN, "subfolder", "token", "cache_dir", "revision", "local_files_only")
            .idle(WHERE, "force_download", "proxies", "use_auth_token", "resume_download", "code_revision");

    /** Those of {@code AutoModel.from_pretrained}. */
    static final KnownKeys MODEL = HUB.idle(ConfigKeys.NUMBER_FORMAT, "dtype", "torch_dtype")
            .idle(
                    ConfigKeys.SAME_PRODUCTS,
                    "attn_implementation",
                    "experts_implementation",
                    "add_pooling_layer",
                    "device_map",
                    "low_cpu_mem_usage",
                    "max_memory",
                    "offload_buffers",
                    "offload_folder",
                    "offload_state_dict",
                    "use_kernels")
            .refused("Weights are read from model.safetensors first.", "use_safetensors", true)
            .refused("Weights are read from files of the usual names.", "variant")
            .refused("Weights that are packed to fewer bits are not known.", "quantization_config")
            .refused("Weights that are packed to fewer bits are not known.", "load_in_8bit", false)
            .refused("Weights that are packed to fewer bits are not known.", "load_in_4bit", false);

    /** Those of {@code AutoTokenizer.from_pretrained} that {@link TokenizerConfig} does not read. */
    private static final KnownKeys AUTO_TOKENIZER = HUB.idle("transformers 5 ignores it.", "use_fast");

    /** Those of a tokenizer's call; to the longest text of its batch, a text that is alone gets no padding. */
    static final KnownKeys CALL = KnownKeys.NONE
            .honoured("add_special_tokens", "max_length", "truncation")
            .idle("Only padding asks for it.", "padding_side")
            .refused(
                    "Padding on the left moves the positions of tokens.",
                    "padding",
                    true,
                    false,
                    "longest",
                    "do_not_pad")
            .refused("Padding on the left moves the positions of tokens.", "pad_to_multiple_of")
            .idle(
                    ConfigKeys.SAME_PRODUCTS,
                    "return_attention_mask",
                    "return_tensors",
                    "return_token_type_ids",
                    "verbose")
            .idle("Without return_overflowing_tokens nothing reads it.", "stride")
            .refused("Texts that are words already are not known.", "is_split_into_words", false)
            .refused("Chunks are made by the option long-text.", "return_overflowing_tokens", false)
            .refused("The network is not called with more than tokens.", "return_special_tokens_mask", false)
            .refused("The network is not called with more than tokens.", "return_offsets_mapping", false)
            .refused("The network is not called with more than tokens.", "return_length", false)
            .refused("Special tokens within a text stay whole.", "split_special_tokens", false);

    static final KnownKeys PROCESSING = KnownKeys.NONE
            .honoured("common", "text")
            .idle("Only plain text is embedded.", "audio", "image", "video", "chat_template");

    /** The fields of a network that change it in the same way before its configuration is made and behind that. */
    private static final String[] LATE = {
        "num_hidden_layers",
        "num_layers",
        "n_layers",
        "hidden_act",
        "hidden_activation",
        "activation",
        "layer_norm_eps",
        "layer_norm_epsilon",
        "norm_eps",
        "rms_norm_eps",
        "max_position_embeddings",
        "query_pre_attn_scalar"
    };

    /** Reads the file of a folder with a {@code modules.json}; without one, Sentence Transformers does not look at it. */
    static TransformerArguments read(FolderFiles files, ModuleList modules) {
        String directory = modules.first().path();
        JsonConfig found = FILES.stream()
                .filter(name -> modules.listed())
                .flatMap(name -> files.findJson(directory, name).stream())
                .filter(json -> !json.isEmpty())
                .findFirst()
                .orElseGet(() -> JsonConfig.empty(FILES.get(0)));
        JsonConfig json = KEYS.read(found);
        MODEL.readArguments(json.objectOrEmpty("model_kwargs"));
        JsonConfig processing = PROCESSING.readArguments(json.objectOrEmpty("processing_kwargs"));
        JsonConfig call = processing.objectOrEmpty("text").overlaid(processing.objectOrEmpty("common"));
        refuseOtherTasks(json);
        return new TransformerArguments(
                json,
                json.objectOrEmpty("config_kwargs"),
                AUTO_TOKENIZER.and(TokenizerConfig.ARGUMENTS).readArguments(json.objectOrEmpty("processor_kwargs")),
                CALL.readArguments(call));
    }

    /**
     * The network's {@code config.json} as {@code config_kwargs} change it.
     *
     * @param keys the list of its family
     */
    JsonConfig changed(JsonConfig config, KnownKeys keys) {
        KnownKeys allowed = HUB.honoured(LATE).and(keys.unread());
        return config.overlaid(allowed.readArguments(network));
    }

    private static void refuseOtherTasks(JsonConfig config) {
        String task = config.text("transformer_task").orElse("feature-extraction");
        if (!task.equals("feature-extraction")) {
            throw unsupported(config, "transformer_task is '%s'".formatted(ModelProblem.show(task)));
        }
        String name = config.text("module_output_name").orElse("token_embeddings");
        if (!name.equals("token_embeddings")) {
            throw unsupported(config, "module_output_name is '%s'".formatted(ModelProblem.show(name)));
        }

        JsonConfig modalities = config.objectOrEmpty("modality_config");
        modalities.keys().stream()
                .filter(modality -> !modality.equals("text"))
                .findFirst()
                .ifPresent(modality -> {
                    throw unsupported(config, "modality_config has '%s'".formatted(ModelProblem.show(modality)));
                });
        JsonConfig text = modalities.objectOrEmpty("text");
        Map.of("method", "forward", "method_output_name", "last_hidden_state").forEach((key, known) -> {
            List<String> value = text.texts(key).orElse(List.of(known));
            if (!value.equals(List.of(known))) {
                throw unsupported(config, "%s is %s".formatted(key, ModelProblem.show(value)));
            }
        });
    }

    private static RuntimeException unsupported(JsonConfig config, String what) {
        return ModelProblem.unsupported(
                "%s: %s".formatted(config.subject(), what),
                "Embark reads plain text and takes the last hidden state of a network.",
                "Choose a model that needs nothing else.");
    }
}
