package io.embark.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** Writes models of real size with random weights, whose vectors mean nothing but take as long as real ones. */
public final class RandomModel {
    private static final float SPREAD = 0.04f;

    private RandomModel() {}

    /**
     * Writes the folder of a network with mean pooling, or of whatever else {@code modules.json} says.
     *
     * @param config the {@code config.json}; its vocabulary must be at least that of the bundled model, whose tokenizer it gets
     */
    public static Path write(Path folder, String config, Path cacheDirectory) throws IOException {
        ModelFolder bundled = ModelFolder.open(BundledModel.NAME, cacheDirectory);
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), config);
        Files.copy(bundled.tokenizerFile(), folder.resolve("tokenizer.json"));

        // Which tensors there are is known once the folder can be opened, for which it needs a weights file.
        Path weights = folder.resolve("model.safetensors");
        SafetensorsWriter.write(weights, List.of());
        List<TensorShape> tensors = ModelFolder.open(folder.toString(), cacheDirectory)
                .specification()
                .architecture()
                .tensors();
        SplittableRandom random = new SplittableRandom(1);
        SafetensorsWriter.write(weights, DataType.FLOAT32, tensors, shape -> values(shape, random));
        return folder;
    }

    private static float[] values(TensorShape shape, SplittableRandom random) {
        long elements = shape.shape().stream().reduce(1L, Math::multiplyExact);
        float[] values = new float[Math.toIntExact(elements)];
        // Norms pass on what they get; everything else is small, so that nothing overflows.
        float middle = shape.shape().size() == 1 && shape.name().endsWith(".weight") ? 1 : 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = middle + SPREAD * ((float) random.nextDouble() - 0.5f);
        }
        return values;
    }
}
