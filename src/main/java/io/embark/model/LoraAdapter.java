/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.family.ConfigKeys;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TensorShape;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import io.embark.model.weights.LowRankChange;
import io.embark.model.weights.NeededTensors;
import io.embark.model.weights.StoredTensor;
import io.embark.model.weights.TensorSource;
import io.embark.model.weights.WeightsFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A LoRA adapter as PEFT saves it, {@code adapter_config.json} and {@code adapter_model.safetensors}: what it adds to the matrices of
 * a network whose own weights lie elsewhere.
 *
 * @param tensors its factors
 * @param changes what they add, by the matrices' canonical names
 */
record LoraAdapter(TensorSource tensors, Map<String, LowRankChange> changes) {
    static final String FILE = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String DOWN = ".lora_A.weight";
    private static final String UP = ".lora_B.weight";
    private static final int MAX_RANK = 1 << 14;
    private static final int MOST_PARTS = 12;

    /** How the names of its tensors begin: PEFT's wrapper around the network. */
    private static final String WRAPPER = "base_model.model.";

    private static final String REMEDY = "Merge it in Python and save the result:"
            + " PeftModel.from_pretrained(AutoModel.from_pretrained(base), folder).merge_and_unload().save_pretrained(other).";

    /** The fields of {@code LoraConfig} of PEFT 0.21. */
    static final KnownKeys KEYS = KnownKeys.NONE
            .honoured(
                    "peft_type",
                    "base_model_name_or_path",
                    "r",
                    "lora_alpha",
                    "use_rslora",
                    "rank_pattern",
                    "alpha_pattern",
                    "target_modules")
            .idle(ConfigKeys.TRAINING, "lora_dropout", "inference_mode", "loftq_config", "eva_config", "corda_config")
            .idle(ConfigKeys.TRAINING, "lora_ga_config", "ensure_weight_tying", "runtime_config")
            .idle(ConfigKeys.RECORD, "task_type", "auto_mapping", "peft_version")
            .idle("The base model is not downloaded.", "revision")
            .idle("PEFT takes it for false where the layer is a plain linear one.", "fan_in_fan_out")
            .idle("The tensors of the adapter are those of the layers it chose.", "exclude_modules")
            .idle(
                    "The tensors of the adapter are those of the layers it chose.",
                    "layers_to_transform",
                    "layers_pattern")
            .idle("Nothing reads it without another field.", "megatron_core", "qalora_group_size")
            .refused(
                    "It changes the base model's own weights.",
                    "init_lora_weights",
                    true,
                    false,
                    "gaussian",
                    "orthogonal")
            .refused("Changes of a layer's bias are not known.", "bias", "none")
            .refused("Changes of a layer's bias are not known.", "lora_bias", false)
            .refused("Modules that are replaced as a whole are not known.", "modules_to_save", List.of())
            .refused("Changes of rows of a table are not known.", "trainable_token_indices", List.of())
            .refused("Changes of other parameters than layers are not known.", "target_parameters", List.of())
            .refused("DoRA is not known.", "use_dora", false)
            .refused("Layers that stand in several places are not known.", "layer_replication", List.of())
            .refused("Another kind of LoRA is not known.", "megatron_config")
            .refused("Another kind of LoRA is not known.", "alora_invocation_tokens", List.of())
            .refused("Another kind of LoRA is not known.", "use_qalora", false)
            .refused("Another kind of LoRA is not known.", "use_bdlora", false)
            .refused("Another kind of LoRA is not known.", "velora_config")
            .refused("Another kind of LoRA is not known.", "monteclora_config")
            .refused("Another kind of LoRA is not known.", "arrow_config")
            .refused("Another kind of LoRA is not known.", "kasa_config");

    /** Where the files of the network lie: in {@code directory} itself, unless there is an adapter whose base lies elsewhere. */
    static String base(FolderFiles files, String directory) {
        Optional<JsonConfig> adapter = files.findJson(directory, FILE);
        if (adapter.isEmpty() || files.find(directory, "config.json").isPresent()) {
            return directory;
        }

        String name = adapter.get().requiredText("base_model_name_or_path");
        return files.beside(directory, name)
                .filter(found -> files.find(found, "config.json").isPresent())
                .orElseThrow(() -> ModelProblem.unsupported(
                        "%s: base_model_name_or_path is '%s'"
                                .formatted(adapter.get().subject(), ModelProblem.show(name)),
                        "An adapter only holds changes to another model's weights, which are looked for in the adapter's folder"
                                + " and beside it, and are not downloaded.",
                        "Copy the base model there, under this name. Or: " + REMEDY));
    }

    /** Refuses an adapter of a program, which brings its own weights. */
    static void refuse(FolderFiles files, String directory) {
        files.find(directory, FILE).ifPresent(file -> {
            throw ModelProblem.unsupported(
                    "%s: a PEFT adapter of a TorchScript program".formatted(file),
                    "The weights of a program cannot be changed.",
                    REMEDY);
        });
    }

    /**
     * The adapter of a folder, if it has one.
     *
     * @param network the tensors that the network needs
     * @param base the network's own weights
     */
    static Optional<LoraAdapter> find(
            FolderFiles files, String directory, NeededTensors network, Supplier<TensorSource> base) {
        return files.findJson(directory, FILE).map(json -> {
            JsonConfig config = KEYS.read(json);
            String type = config.requiredText("peft_type");
            if (!type.equals("LORA")) {
                throw ModelProblem.unsupported(
                        "%s: peft_type is '%s'".formatted(config.subject(), ModelProblem.show(type)),
                        "Only LORA adapters are known.",
                        REMEDY);
            }
            Path file = files.require(
                    directory,
                    WEIGHTS,
                    () -> ModelProblem.invalid(
                            "%s: no %s".formatted(files.root().resolve(directory), WEIGHTS),
                            "The adapter's tensors are read from this file alone.",
                            "Save the adapter as safetensors."));
            Set<String> own = base.get().files().tensors().stream()
                    .flatMap(tensor -> ends(tensor.name()))
                    .collect(Collectors.toSet());
            Map<String, TensorShape> matrices = matrices(network.shapes());
            Set<String> parted = matrices.values().stream()
                    .flatMap(whole ->
                            network.names().parts(whole).stream().flatMap(part -> Stream.of(part.name(), whole.name())))
                    .collect(Collectors.toSet());
            return new Reading(config, file, matrices, parted, network.names(), own).adapter();
        });
    }

    /** A name, and what stands behind its first dots: wrappers put no more before it. */
    private static Stream<String> ends(String name) {
        return Stream.iterate(
                        name,
                        end -> !end.isEmpty(),
                        end -> end.indexOf('.') < 0 ? "" : end.substring(end.indexOf('.') + 1))
                .limit(MOST_PARTS);
    }

    /** The linear layers of a network: every matrix but its tables. */
    private static Map<String, TensorShape> matrices(List<TensorShape> network) {
        return network.stream()
                .filter(tensor -> tensor.shape().size() == 2
                        && tensor.name().endsWith(".weight")
                        && !tensor.name().startsWith(TensorNames.TABLES))
                .collect(Collectors.toMap(TensorShape::name, Function.identity()));
    }

    /**
     * One adapter and the network that it changes.
     *
     * @param parted the matrices that some files have in parts, and the parts
     * @param base the names of the base model's tensors, each with its ends
     */
    private record Reading(
            JsonConfig config,
            Path file,
            Map<String, TensorShape> matrices,
            Set<String> parted,
            TensorNames names,
            Set<String> base) {
        LoraAdapter adapter() {
            WeightsFiles.SafetensorsFile stored = new WeightsFiles.SafetensorsFile(file);
            Map<String, StoredTensor> tensors = new TreeMap<>();
            stored.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));

            Map<String, String> canonical = new TreeMap<>();
            List<TensorShape> needed = new ArrayList<>();
            Map<String, LowRankChange> changes = new TreeMap<>();
            for (StoredTensor tensor : tensors.values()) {
                String module = module(tensor, tensors);
                requireTarget(module);
                Optional<TensorShape> matrix = matrix(module);
                if (tensor.name().endsWith(DOWN) && matrix.isPresent()) {
                    int rank = rank(tensor, module);
                    String name = matrix.get().name();
                    List<Long> shape = matrix.get().shape();
                    needed.add(new TensorShape(name + ".down", List.of((long) rank, shape.get(1))));
                    needed.add(new TensorShape(name + ".up", List.of(shape.get(0), (long) rank)));
                    canonical.put(tensor.name(), name + ".down");
                    canonical.put(other(tensor.name()), name + ".up");
                    changes.put(name, new LowRankChange(name, name + ".down", name + ".up", scale(rank, module)));
                }
            }
            TensorNames byName = name -> canonical.getOrDefault(name, "unused." + name);
            return new LoraAdapter(new TensorSource(stored, byName, needed), changes);
        }

        /** The module that a tensor changes, as PEFT calls it; its other factor must be there. */
        private String module(StoredTensor tensor, Map<String, StoredTensor> tensors) {
            String name = tensor.name();
            boolean factor = name.endsWith(DOWN) || name.endsWith(UP);
            if (!factor || !name.startsWith(WRAPPER) || tensor.shape().size() != 2) {
                throw unknown(
                        name,
                        "Its tensors are known by the names %smodule%s and %s only.".formatted(WRAPPER, DOWN, UP));
            }
            if (!tensors.containsKey(other(name))) {
                throw ModelProblem.damaged(
                        "%s: no tensor %s".formatted(file, ModelProblem.show(other(name))),
                        "The change of a layer has two factors.");
            }
            return withoutHead(name.substring(WRAPPER.length(), name.length() - DOWN.length()));
        }

        /** As a network calls its module that has no language model or classifier around it: that is what PEFT's rules are about. */
        private String withoutHead(String module) {
            String shorter = module.substring(module.indexOf('.') + 1);
            boolean same = names.canonicalName(shorter + ".weight").equals(names.canonicalName(module + ".weight"));
            return same ? shorter : module;
        }

        private static String other(String name) {
            String module = name.substring(0, name.length() - DOWN.length());
            return module + (name.endsWith(DOWN) ? UP : DOWN);
        }

        /** The matrix that a module stands for; empty for one of the base model that has no effect, such as BERT's pooler. */
        private Optional<TensorShape> matrix(String module) {
            String name = names.canonicalName(module + ".weight");
            TensorShape matrix = matrices.get(name);
            if (parted.contains(name)) {
                throw unknown(module, "Files of this architecture have it alone or as a part of another layer.");
            }
            if (matrix == null && !base.contains(module + ".weight")) {
                throw unknown(module, "The network has no linear layer of this name.");
            }
            return Optional.ofNullable(matrix);
        }

        private void requireTarget(String module) {
            // A single text is a regular expression, or all-linear; the tensors are of the modules that it chose.
            List<String> targets = config.isText("target_modules")
                    ? List.of()
                    : config.texts("target_modules").orElse(List.of());
            if (!targets.isEmpty()
                    && targets.stream().noneMatch(target -> module.equals(target) || module.endsWith("." + target))) {
                throw unknown(module, "The field target_modules does not name it.");
            }
        }

        private int rank(StoredTensor down, String module) {
            int rank = pattern("rank_pattern", module)
                    .map(key -> config.objectOrEmpty("rank_pattern").requiredPositive(key, MAX_RANK))
                    .orElseGet(() -> config.positive("r", MAX_RANK).orElse(8));
            if (down.shape().get(0) != rank) {
                throw ModelProblem.wrongFile(
                        "%s: tensor %s has the shape %s"
                                .formatted(file, ModelProblem.show(down.name()), ModelProblem.show(down.shape())),
                        "The rank that %s gives to it is %s.".formatted(FILE, rank));
            }
            return rank;
        }

        private double scale(int rank, String module) {
            double alpha = pattern("alpha_pattern", module)
                    .map(key -> config.objectOrEmpty("alpha_pattern").requiredPositiveNumber(key))
                    .orElseGet(() -> config.positiveNumber("lora_alpha").orElse(8.0));
            return alpha / (config.flag("use_rslora").orElse(false) ? Math.sqrt(rank) : rank);
        }

        /** The first key of a pattern that means the module, by PEFT's rule ({@code get_pattern_key}). */
        private Optional<String> pattern(String field, String module) {
            return config.objectOrEmpty(field).keys().stream()
                    .filter(key -> means(field, key, module))
                    .findFirst();
        }

        private boolean means(String field, String key, String module) {
            if (!key.matches("\\^?[\\w.]+")) {
                throw ModelProblem.unsupported(
                        "%s: %s: key '%s'".formatted(config.subject(), field, ModelProblem.show(key)),
                        "Plain names of modules are known there, no other regular expressions.",
                        REMEDY);
            }
            return key.startsWith("^")
                    ? module.matches(key.substring(1))
                    : module.matches("(.*\\.)?(%s)".formatted(key));
        }

        private RuntimeException unknown(String what, String reason) {
            return ModelProblem.unsupported("%s: %s".formatted(file, ModelProblem.show(what)), reason, REMEDY);
        }
    }
}
