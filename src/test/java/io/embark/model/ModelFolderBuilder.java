/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.model.family.TensorShape;
import io.embark.model.files.ModelFile;
import io.embark.model.weights.DataType;
import io.embark.model.weights.OnnxWriter;
import io.embark.model.weights.SafetensorsWriter;
import io.embark.model.weights.TensorBytes;
import io.embark.model.weights.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Writes small BERT folders for tests: whole ones first, then with whatever a test wants to be different.
 *
 * <p>The network has 2 layers of width 8 with 2 heads, 20 words and 16 positions; its weights are random, with a fixed seed.
 */
public final class ModelFolderBuilder {
    /** How the weights are stored. */
    public enum Format {
        /** {@code model.safetensors}. */
        SAFETENSORS,
        /** Two shards and their index. */
        SHARDED_SAFETENSORS,
        /** {@code model.onnx}, the linear layers' weights transposed and anonymous. */
        ONNX
    }

    private static final Gson GSON = new GsonBuilder().serializeNulls().create();
    private static final int SEED = 20_251;

    private final Path folder;
    private final Map<String, String> files = new LinkedHashMap<>();
    private final Map<String, TensorShape> shapes = new LinkedHashMap<>();
    private final Map<String, float[]> values = new LinkedHashMap<>();
    private final Map<String, DataType> dataTypes = new LinkedHashMap<>();
    private UnaryOperator<String> fileNames = name -> name;
    private Format format = Format.SAFETENSORS;
    private DataType dataType = DataType.FLOAT32;

    private ModelFolderBuilder(Path folder) {
        this.folder = folder;
        files.put("modules.json", """
                [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                 {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
                 {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]""");
        files.put("config.json", """
                {"model_type": "bert", "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2,
                 "intermediate_size": 12, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "vocab_size": 20,
                 "max_position_embeddings": 16, "type_vocab_size": 2}""");
        files.put("sentence_bert_config.json", """
                {"max_seq_length": 10, "do_lower_case": false}""");
        files.put("config_sentence_transformers.json", """
                {"prompts": {}, "default_prompt_name": null}""");
        files.put("1_Pooling/config.json", """
                {"word_embedding_dimension": 8, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true}""");
        files.put("tokenizer_config.json", """
                {"tokenizer_class": "BertTokenizer", "do_lower_case": true, "model_max_length": 16}""");
        files.put("tokenizer.json", TOKENIZER);
        fillTensors();
    }

    /** A whole folder to be written at {@code folder}. */
    public static ModelFolderBuilder in(Path folder) {
        return new ModelFolderBuilder(folder);
    }

    /** Writes the bundled model as a folder with one safetensors file in the given number format. */
    public static Path exportBundled(Path folder, Path cacheDirectory, DataType dataType) {
        ModelFolder bundled = ModelReference.open("all-MiniLM-L6-v2", cacheDirectory);
        try (Weights weights = bundled.openWeights()) {
            for (ModelFile file : bundled.files()) {
                if (!file.name().equals("model.onnx")) {
                    Path target = folder.resolve(file.name());
                    Files.createDirectories(target.getParent());
                    Files.copy(bundled.path().resolve(file.name()), target);
                }
            }
            SafetensorsWriter.write(
                    folder.resolve("model.safetensors"),
                    dataType,
                    Backbones.architecture(bundled).tensors(),
                    shape -> WeightValues.read(weights, shape.name(), 1 << 20));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }

    /** Puts a file into the folder, or another content in its place. */
    public ModelFolderBuilder file(String name, String content) {
        files.put(name, content);
        return this;
    }

    /** What a file says. */
    public String content(String name) {
        return files.get(name);
    }

    /** Leaves a file out. */
    public ModelFolderBuilder without(String name) {
        files.remove(name);
        return this;
    }

    /** Sets a field of a JSON file; {@code json} is its value as JSON. */
    public ModelFolderBuilder set(String name, String field, String json) {
        JsonObject object =
                JsonParser.parseString(files.getOrDefault(name, "{}")).getAsJsonObject();
        JsonElement value = JsonParser.parseString(json);
        object.add(field, value);
        return file(name, GSON.toJson(object));
    }

    /** Leaves a field of a JSON file out. */
    public ModelFolderBuilder unset(String name, String field) {
        JsonObject object = JsonParser.parseString(files.get(name)).getAsJsonObject();
        object.remove(field);
        return file(name, GSON.toJson(object));
    }

    /** How the weights are stored; one safetensors file if not said. */
    public ModelFolderBuilder format(Format chosen) {
        format = chosen;
        return this;
    }

    /** Leaves the weights out. */
    public ModelFolderBuilder withoutWeights() {
        format = null;
        return this;
    }

    /** The number format of the weights; float32 if not said, and always for ONNX. */
    public ModelFolderBuilder dataType(DataType chosen) {
        dataType = chosen;
        return this;
    }

    /** The number format of one tensor, which for whole numbers are those of its values without their fractions. */
    public ModelFolderBuilder dataType(String tensor, DataType chosen) {
        dataTypes.put(tensor, chosen);
        return this;
    }

    /** Adds a tensor, or gives one another shape. */
    public ModelFolderBuilder tensor(String name, Long... shape) {
        put(name, shape);
        return this;
    }

    /** Leaves a tensor out. */
    public ModelFolderBuilder withoutTensor(String name) {
        shapes.remove(name);
        values.remove(name);
        return this;
    }

    /** What the files call the tensors. */
    public ModelFolderBuilder tensorNames(UnaryOperator<String> names) {
        fileNames = names;
        return this;
    }

    /** Multiplies every value of a tensor. */
    public ModelFolderBuilder scale(String tensor, float factor) {
        float[] numbers = values.get(tensor);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] *= factor;
        }
        return this;
    }

    /** Sets one value of a tensor, by its place in row-major order. */
    public ModelFolderBuilder value(String tensor, int index, float number) {
        values.get(tensor)[index] = number;
        return this;
    }

    /** The values of a tensor in row-major order, before they are rounded to the number format. */
    public float[] values(String tensor) {
        return values.get(tensor).clone();
    }

    /** The names of the tensors. */
    public List<String> tensorNames() {
        return List.copyOf(shapes.keySet());
    }

    /** Writes the folder. */
    public Path write() {
        try {
            for (Map.Entry<String, String> file : files.entrySet()) {
                Path target = folder.resolve(file.getKey());
                Files.createDirectories(target.getParent());
                Files.writeString(target, file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }

        if (format == null) {
            return folder;
        }
        switch (format) {
            case SAFETENSORS -> SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors());
            case SHARDED_SAFETENSORS -> writeShards();
            case ONNX -> OnnxWriter.write(folder.resolve("model.onnx"), tensors());
        }
        return folder;
    }

    private void writeShards() {
        List<TensorBytes> tensors = tensors();
        JsonObject map = new JsonObject();
        for (int i = 0; i < 2; i++) {
            String shard = "model-0000%d-of-00002.safetensors".formatted(i + 1);
            List<TensorBytes> part = new ArrayList<>();
            for (int j = i; j < tensors.size(); j += 2) {
                part.add(tensors.get(j));
                map.addProperty(tensors.get(j).name(), shard);
            }
            SafetensorsWriter.write(folder.resolve(shard), part);
        }

        JsonObject index = new JsonObject();
        index.add("weight_map", map);
        try {
            Files.writeString(folder.resolve("model.safetensors.index.json"), GSON.toJson(index));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<TensorBytes> tensors() {
        return shapes.values().stream()
                .map(shape -> TensorBytes.of(
                        fileNames.apply(shape.name()),
                        dataTypes.getOrDefault(shape.name(), dataType),
                        shape.shape(),
                        values.get(shape.name())))
                .toList();
    }

    private void fillTensors() {
        put("embeddings.word_embeddings.weight", 20L, 8L);
        put("embeddings.position_embeddings.weight", 16L, 8L);
        put("embeddings.token_type_embeddings.weight", 2L, 8L);
        put("embeddings.LayerNorm.weight", 8L);
        put("embeddings.LayerNorm.bias", 8L);
        for (int i = 0; i < 2; i++) {
            String layer = "encoder.layer." + i + ".";
            for (String part : List.of("self.query", "self.key", "self.value", "output.dense")) {
                put(layer + "attention." + part + ".weight", 8L, 8L);
                put(layer + "attention." + part + ".bias", 8L);
            }
            put(layer + "attention.output.LayerNorm.weight", 8L);
            put(layer + "attention.output.LayerNorm.bias", 8L);
            put(layer + "intermediate.dense.weight", 12L, 8L);
            put(layer + "intermediate.dense.bias", 12L);
            put(layer + "output.dense.weight", 8L, 12L);
            put(layer + "output.dense.bias", 8L);
            put(layer + "output.LayerNorm.weight", 8L);
            put(layer + "output.LayerNorm.bias", 8L);
        }
    }

    private void put(String name, Long... shape) {
        Random random = new Random(SEED + name.hashCode());
        int elements = (int) List.of(shape).stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
        float[] numbers = new float[elements];
        for (int i = 0; i < elements; i++) {
            numbers[i] = (float) (random.nextGaussian() / 4);
        }
        shapes.put(name, new TensorShape(name, List.of(shape)));
        values.put(name, numbers);
    }

    private static final String TOKENIZER = """
            {"version": "1.0", "truncation": null, "padding": null,
             "added_tokens": [
              {"id": 0, "content": "[PAD]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
              {"id": 1, "content": "[UNK]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
              {"id": 2, "content": "[CLS]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
              {"id": 3, "content": "[SEP]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
             "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "post_processor": {"type": "TemplateProcessing",
              "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
              "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
              "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
             "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
              "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4, "b": 5, "c": 6, "d": 7, "the": 8, "cat": 9, "dog": 10,
               "sat": 11, "ran": 12, "on": 13, "mat": 14, "##s": 15, ".": 16, ",": 17, "1": 18, "2": 19}}}
            """;
}
