/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import io.embark.EmbarkException;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TensorShape;
import io.embark.model.files.ModelProblem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tensors that lie uncompressed in files, whatever the files' format.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class FileWeights implements Weights {
    /** What safetensors call numbers of 8 bits and less. */
    private static final Pattern QUANTISED = Pattern.compile("[IU]8|F[468]");

    private final Map<String, StoredTensor> stored;
    private final Map<String, TensorInfo> tensors;
    private final Map<Path, FileChannel> channels = new HashMap<>();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(0);

    private FileWeights(Map<String, StoredTensor> stored, Map<String, TensorInfo> tensors) {
        this.stored = stored;
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /** Finds what is needed of each source; {@code folder} is for messages. */
    public static FileWeights open(Path folder, List<TensorSource> sources) {
        Map<String, StoredTensor> stored = new HashMap<>();
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        for (TensorSource source : sources) {
            new NamedTensors(folder, source).found().forEach((needed, tensor) -> {
                tensors.put(needed.name(), info(folder, needed, tensor));
                tensor.ifPresent(present -> stored.put(needed.name(), present));
            });
        }
        return new FileWeights(stored, tensors);
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return tensors;
    }

    @Override
    public void read(String name, int pieceBytes, PieceConsumer consumer) {
        TensorInfo info = tensors.get(name);
        if (info == null) {
            throw new IllegalArgumentException("no tensor '" + name + "'");
        }

        int width = info.dataType().bytes();
        if (pieceBytes < width) {
            throw new IllegalArgumentException("a piece of " + pieceBytes + " bytes cannot hold one number");
        }

        StoredTensor tensor = stored.get(name);
        long elements = info.elements();
        int perPiece = (int) Math.min(pieceBytes / width, elements);
        for (long first = 0; first < elements; first += perPiece) {
            int count = (int) Math.min(perPiece, elements - first);
            fill(tensor, first * width, count * width);
            consumer.accept(first, count, buffer);
        }
    }

    @Override
    public void close() {
        for (Map.Entry<Path, FileChannel> entry : channels.entrySet()) {
            try {
                entry.getValue().close();
            } catch (IOException e) {
                throw ModelProblem.unreadable(entry.getKey(), e);
            }
        }
        channels.clear();
        buffer = ByteBuffer.allocateDirect(0);
    }

    private static TensorInfo info(Path folder, TensorShape needed, Optional<StoredTensor> found) {
        StoredTensor tensor = found.orElseThrow(() -> ModelProblem.invalid(
                "%s: the weights have no tensor %s".formatted(folder, needed.name()),
                "The network that config.json describes needs it.",
                "Take configuration and weights from the same model."));
        if (!tensor.canonicalShape().equals(needed.shape())) {
            throw ModelProblem.invalid(
                    "%s: tensor %s has the shape %s"
                            .formatted(tensor.file(), needed.name(), ModelProblem.show(tensor.canonicalShape())),
                    "The network that config.json describes needs %s.".formatted(needed.shape()),
                    "Take configuration and weights from the same model.");
        }

        DataType type = tensor.dataType()
                .filter(stored -> stored.fits(needed.name()))
                .orElseThrow(() -> otherType(needed, tensor));
        return new TensorInfo(needed.name(), type, needed.shape(), tensor.transposed());
    }

    private static EmbarkException otherType(TensorShape needed, StoredTensor tensor) {
        String problem = "%s: tensor %s is stored as %s"
                .formatted(tensor.file(), needed.name(), ModelProblem.show(tensor.storedType()));
        if (needed.name().equals(TensorNames.ROWS)) {
            return ModelProblem.unsupported(
                    problem,
                    "Numbers of rows are read as int32 or int64.",
                    "Save the model in one of these formats, as safetensors.");
        }
        if (QUANTISED.matcher(tensor.storedType()).lookingAt()) {
            return ModelProblem.unsupported(
                    problem,
                    "The model is quantised: what its weights are multiplied by is known to the library that made it alone.",
                    "Take the model in float32, float16 or bfloat16, from which it was made.");
        }
        return ModelProblem.unsupported(
                problem,
                "Weights are read as float64, float32, float16 or bfloat16, in the file itself.",
                "Save the model in one of these formats, as safetensors.");
    }

    private void fill(StoredTensor tensor, long from, int bytes) {
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocateDirect(bytes);
        }
        // A consumer may have changed the order.
        buffer.clear().limit(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long position = tensor.offset() + from;
        try {
            FileChannel channel = channel(tensor.file());
            while (buffer.hasRemaining()) {
                int read = channel.read(buffer, position + buffer.position());
                if (read < 0) {
                    throw ModelProblem.damaged(
                            "%s: the file ends within tensor %s"
                                    .formatted(tensor.file(), ModelProblem.show(tensor.name())),
                            "It has become shorter since it was opened.");
                }
            }
        } catch (IOException e) {
            throw ModelProblem.unreadable(tensor.file(), e);
        }
        buffer.flip();
    }

    private FileChannel channel(Path file) throws IOException {
        FileChannel channel = channels.get(file);
        if (channel == null) {
            channel = FileChannel.open(file, StandardOpenOption.READ);
            channels.put(file, channel);
        }
        return channel;
    }
}
