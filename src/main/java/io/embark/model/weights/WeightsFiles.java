/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import io.embark.EmbarkException;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a model's tensors are stored: one safetensors file, several with an index, or one ONNX file.
 *
 * @hidden Public for Embark's other rooms only.
 */
public sealed interface WeightsFiles {
    /** The file of weights, if they are in one. */
    String SAFETENSORS = "model.safetensors";

    /** The file that has them where there are no safetensors. */
    String ONNX = "model.onnx";

    /** Where Sentence Transformers and Optimum put that file if it is not beside the configuration. */
    String ONNX_FOLDER = "onnx/";

    /** What has the numbers of an ONNX file that would be too large: as Optimum and as newer exporters of torch name it. */
    List<String> ONNX_DATA = List.of(ONNX + "_data", ONNX + ".data");

    /** How a refusal begins. */
    String ONLY = "%s: the only weights are %s";

    /** How files of other libraries end, and why they are not read. */
    Map<String, String> OTHERS = Map.of(
            ".gguf",
            "GGUF is llama.cpp's format, whose weights are mostly quantised.",
            ".onnx",
            "Of ONNX files model.onnx is read: those of other names are mostly quantised, or optimised for one kind of machine.",
            "openvino_model.xml",
            "OpenVINO's graphs have no names of weights.",
            ".h5",
            "It is TensorFlow's, which Sentence Transformers does not read either.",
            ".msgpack",
            "It is Flax's, which Sentence Transformers does not read either.",
            ".tflite",
            "TensorFlow Lite's graphs have no names of weights.");

    /** Every tensor of the files, under the names that the files have for them. */
    List<StoredTensor> tensors();

    /** One {@code model.safetensors}. */
    record SafetensorsFile(Path file) implements WeightsFiles {
        @Override
        public List<StoredTensor> tensors() {
            return SafetensorsHeader.read(file);
        }
    }

    /** Several safetensors files; the index says which tensor is in which of them. */
    record SafetensorsShards(Map<String, Path> shardByTensor) implements WeightsFiles {
        @Override
        public List<StoredTensor> tensors() {
            List<StoredTensor> tensors = new ArrayList<>();
            shardByTensor.values().stream()
                    .distinct()
                    .sorted()
                    .flatMap(shard -> SafetensorsHeader.read(shard).stream())
                    .filter(tensor -> tensor.file().equals(shardByTensor.get(tensor.name())))
                    .forEach(tensors::add);
            return tensors;
        }
    }

    /** One {@code model.onnx}, and the files beside it that may have its numbers. */
    record OnnxFile(Path file, List<Path> data) implements WeightsFiles {
        @Override
        public List<StoredTensor> tensors() {
            return OnnxInitializers.read(file, data);
        }
    }

    /** Whether a sub-folder has weights that can be read as data. */
    static boolean exist(FolderFiles files, String directory) {
        return Stream.of(SAFETENSORS, SAFETENSORS + ".index.json", ONNX, ONNX_FOLDER + ONNX)
                .anyMatch(name -> files.has(directory, name));
    }

    /**
     * The file that is read where there are both it and one of this name; empty if there is none. A model that has both
     * has other weights in this one, often rounded.
     */
    static Optional<String> preferred(String name) {
        return Stream.of(ONNX_FOLDER + ONNX, ONNX)
                .filter(onnx -> name.equals(onnx) || name.endsWith("/" + onnx))
                .findFirst()
                .map(onnx -> name.substring(0, name.length() - onnx.length()) + SAFETENSORS);
    }

    /**
     * The weights in a sub-folder, in the order in which transformers prefers them.
     *
     * @param otherwise what else can be done about programs in their place, behind a blank, or empty
     */
    static WeightsFiles find(FolderFiles files, String directory, String otherwise) {
        Optional<Path> single = files.find(directory, SAFETENSORS);
        if (single.isPresent()) {
            return new SafetensorsFile(single.get());
        }

        Optional<Path> index = files.find(directory, SAFETENSORS + ".index.json");
        if (index.isPresent()) {
            return shards(files, directory, JsonConfig.read(index.get()));
        }

        return onnx(files, directory, "")
                .or(() -> onnx(files, directory, ONNX_FOLDER))
                .orElseThrow(() -> files.absence(directory, SAFETENSORS, () -> noWeights(files, directory, otherwise)));
    }

    private static Optional<WeightsFiles> onnx(FolderFiles files, String directory, String subfolder) {
        return files.find(directory, subfolder + ONNX)
                .map(file -> new OnnxFile(
                        file,
                        ONNX_DATA.stream()
                                .flatMap(name -> files.find(directory, subfolder + name).stream())
                                .toList()));
    }

    private static SafetensorsShards shards(FolderFiles files, String directory, JsonConfig index) {
        Map<String, Path> paths = new LinkedHashMap<>();
        Map<String, Path> shardByTensor = new LinkedHashMap<>();
        shardByTensor(index)
                .forEach((tensor, shard) -> shardByTensor.put(
                        tensor, paths.computeIfAbsent(shard, name -> shard(files, directory, index, name))));
        return new SafetensorsShards(shardByTensor);
    }

    private static Map<String, String> shardByTensor(JsonConfig index) {
        JsonConfig map = index.objectOrEmpty("weight_map");
        Map<String, String> shardByTensor = new LinkedHashMap<>();
        for (String tensor : map.keys()) {
            String shard = map.requiredText(tensor);
            checkShard(map, shard);
            shardByTensor.put(tensor, shard);
        }
        return shardByTensor;
    }

    private static void checkShard(JsonConfig map, String name) {
        if (!name.endsWith(".safetensors") || name.chars().anyMatch(c -> c == '/' || c == '\\' || c == 0)) {
            throw ModelProblem.wrongFile(
                    "%s: the file '%s' is not allowed".formatted(map.subject(), ModelProblem.show(name)),
                    "It must be the plain name of a .safetensors file beside the index.");
        }
    }

    private static Path shard(FolderFiles files, String directory, JsonConfig index, String name) {
        return files.require(
                directory,
                name,
                () -> ModelProblem.invalid(
                        "%s: weight_map: no file %s".formatted(index.subject(), ModelProblem.show(name)),
                        "The index names it as a part of the weights.",
                        "Copy or download the missing file."));
    }

    private static EmbarkException noWeights(FolderFiles files, String directory, String otherwise) {
        Path folder = files.root().resolve(directory);
        Optional<EmbarkException> program = files.names(directory).stream()
                .filter(WeightsFiles::runsCode)
                .findFirst()
                .map(name -> ModelProblem.unsupported(
                        ONLY.formatted(folder, ModelProblem.show(name)),
                        "A pickle or TorchScript file runs code when it is read.",
                        "Convert the model to safetensors: model.save_pretrained(folder, safe_serialization=True);"
                                + " on a hub, a revision refs/pr/N may have them."
                                + otherwise));
        return program.or(() -> otherFormat(files, directory))
                .orElseGet(() -> ModelProblem.invalid(
                        "%s: no weights".formatted(folder),
                        "Looked for model.safetensors, model.safetensors.index.json and model.onnx.",
                        "Copy the whole folder of the model, or name the right one."));
    }

    /** What to say of a sub-folder whose weights are for other libraries only; empty if there are none. */
    static Optional<EmbarkException> otherFormat(FolderFiles files, String directory) {
        return Stream.of("", "onnx", "openvino")
                .flatMap(subfolder -> files
                        .names(Path.of(directory).resolve(subfolder).toString())
                        .stream()
                        .map(name -> subfolder.isEmpty() ? name : subfolder + "/" + name))
                .flatMap(name -> OTHERS.entrySet().stream()
                        .filter(other -> name.toLowerCase(Locale.ROOT).endsWith(other.getKey()))
                        .map(other -> ModelProblem.unsupported(
                                ONLY.formatted(files.root().resolve(directory), ModelProblem.show(name)),
                                other.getValue(),
                                "Take the model as safetensors: most models are published in that format first.")))
                .findFirst();
    }

    /** Whether a file, going by its name, is a program to be run by Python or libtorch. */
    static boolean runsCode(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return Stream.of(".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt").anyMatch(lower::endsWith);
    }
}
