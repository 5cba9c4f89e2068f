/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import com.google.gson.JsonObject;
import io.embark.model.family.TensorShape;
import io.embark.model.files.BundledModel;
import io.embark.model.weights.DataType;
import io.embark.model.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Writes models of real size with random weights, whose vectors mean nothing but take as long as real ones. */
public final class RandomModel {
    private static final float SPREAD = 0.04f;
    private static final long FLOAT_BYTES = 4;

    private RandomModel() {}

    /**
     * Writes the folder of a network with mean pooling, or of whatever else {@code modules.json} says.
     *
     * @param config the {@code config.json}; its vocabulary must be at least that of the bundled model, whose tokenizer it gets
     */
    public static Path write(Path folder, String config, Path cacheDirectory) throws IOException {
        writeTokenizer(folder, cacheDirectory);
        Files.writeString(folder.resolve("config.json"), config);

        // Which tensors there are is known once the folder can be opened, for which it needs a weights file.
        Path weights = folder.resolve("model.safetensors");
        SafetensorsWriter.write(weights, List.of());
        List<TensorShape> tensors = Backbones.architecture(ModelReference.open(folder.toString(), cacheDirectory))
                .tensors();
        SplittableRandom random = new SplittableRandom(1);
        SafetensorsWriter.write(weights, DataType.FLOAT32, tensors, shape -> values(shape, random));
        return folder;
    }

    /** The same with its weights in another number format, in files of at least so many bytes and an index. */
    public static Path writeShards(Path folder, String config, Path cacheDirectory, DataType type, long shardBytes)
            throws IOException {
        write(folder, config, cacheDirectory);
        List<TensorShape> tensors = Backbones.architecture(ModelReference.open(folder.toString(), cacheDirectory))
                .tensors();
        Files.delete(folder.resolve("model.safetensors"));
        JsonObject shards = new JsonObject();
        SplittableRandom random = new SplittableRandom(1);
        List<TensorShape> shard = new ArrayList<>();
        for (TensorShape tensor : tensors) {
            shard.add(tensor);
            String file = "model-%s.safetensors".formatted(shards.size() - shard.size() + 1);
            shards.addProperty(tensor.name(), file);
            boolean last = shards.size() == tensors.size();
            if (last
                    || shard.stream()
                                    .mapToLong(each -> elements(each) * FLOAT_BYTES)
                                    .sum()
                            >= shardBytes) {
                SafetensorsWriter.write(folder.resolve(file), type, shard, shape -> values(shape, random));
                shard.clear();
            }
        }
        JsonObject index = new JsonObject();
        index.add("weight_map", shards);
        Files.writeString(folder.resolve("model.safetensors.index.json"), index.toString());
        return folder;
    }

    private static long elements(TensorShape shape) {
        return shape.shape().stream().reduce(1L, Math::multiplyExact);
    }

    /** Writes the folder of a static table with the bundled model's vocabulary. */
    public static Path writeTable(Path folder, int dimension, Path cacheDirectory) throws IOException {
        writeTokenizer(folder, cacheDirectory);
        Files.writeString(
                folder.resolve("modules.json"),
                "[{\"path\": \"\", \"type\": \"sentence_transformers.models.StaticEmbedding\"}]");
        SplittableRandom random = new SplittableRandom(1);
        SafetensorsWriter.write(
                folder.resolve("model.safetensors"),
                DataType.FLOAT32,
                List.of(new TensorShape("embedding.weight", List.of(30_522L, (long) dimension))),
                shape -> values(shape, random));
        return folder;
    }

    /** The bundled model's tokenizer as its file has it, whatever the network. */
    private static void writeTokenizer(Path folder, Path cacheDirectory) throws IOException {
        Files.createDirectories(folder);
        ModelFolder bundled = ModelReference.open(BundledModel.NAME, cacheDirectory);
        Files.copy(bundled.tokenizerFile(), folder.resolve("tokenizer.json"));
        Files.writeString(
                folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}");
    }

    private static float[] values(TensorShape shape, SplittableRandom random) {
        float[] values = new float[Math.toIntExact(elements(shape))];
        // Norms pass on what they get; everything else is small, so that nothing overflows.
        float middle = shape.shape().size() == 1 && shape.name().endsWith(".weight") ? 1 : 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = middle + SPREAD * ((float) random.nextDouble() - 0.5f);
        }
        return values;
    }
}
