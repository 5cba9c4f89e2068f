/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

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
import java.util.stream.Stream;

/**
 * Tensors that lie uncompressed in files, whatever the files' format.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class FileWeights implements Weights {
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
            Map<String, StoredTensor> byName = byCanonicalName(folder, source);
            for (TensorShape needed : inParts(source, byName)) {
                StoredTensor tensor = Optional.ofNullable(byName.get(needed.name()))
                        .or(() -> source.names().standIn(needed.name()).map(byName::get))
                        .orElse(null);
                tensors.put(needed.name(), info(folder, needed, tensor));
                stored.put(needed.name(), tensor);
            }
        }
        return new FileWeights(stored, tensors);
    }

    /** What is needed, with its parts in the place of a tensor that is stored as such. */
    private static List<TensorShape> inParts(TensorSource source, Map<String, StoredTensor> byName) {
        return source.needed().stream()
                .flatMap(needed -> {
                    List<TensorShape> parts = byName.containsKey(needed.name())
                            ? List.of()
                            : source.names().parts(needed);
                    return parts.stream().anyMatch(part -> byName.containsKey(part.name()))
                            ? parts.stream()
                            : Stream.of(needed);
                })
                .toList();
    }

    private static Map<String, StoredTensor> byCanonicalName(Path folder, TensorSource source) {
        Map<String, StoredTensor> byName = new HashMap<>();
        for (StoredTensor tensor : source.files().tensors()) {
            StoredTensor other = byName.putIfAbsent(source.names().canonicalName(tensor.name()), tensor);
            if (other != null) {
                throw ModelProblem.damaged(
                        "%s: the tensors '%s' and '%s' are the same"
                                .formatted(folder, ModelProblem.show(other.name()), ModelProblem.show(tensor.name())),
                        "Which of them to use cannot be told.");
            }
        }

        return byName;
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

    private static TensorInfo info(Path folder, TensorShape needed, StoredTensor tensor) {
        if (tensor == null) {
            throw ModelProblem.invalid(
                    "%s: the weights have no tensor %s".formatted(folder, needed.name()),
                    "The network that config.json describes needs it.",
                    "Take configuration and weights from the same model.");
        }
        if (!tensor.canonicalShape().equals(needed.shape())) {
            throw ModelProblem.invalid(
                    "%s: tensor %s has the shape %s"
                            .formatted(tensor.file(), needed.name(), ModelProblem.show(tensor.canonicalShape())),
                    "The network that config.json describes needs %s.".formatted(needed.shape()),
                    "Take configuration and weights from the same model.");
        }

        boolean whole = needed.name().equals(TensorNames.ROWS);
        DataType type = tensor.dataType()
                .filter(stored -> stored.isWhole() == whole)
                .orElseThrow(() -> ModelProblem.unsupported(
                        "%s: tensor %s is stored as %s"
                                .formatted(tensor.file(), needed.name(), ModelProblem.show(tensor.storedType())),
                        whole
                                ? "Numbers of rows are read as int32 or int64."
                                : "Weights are read as float64, float32, float16 or bfloat16, in the file itself.",
                        "Save the model in one of these formats, as safetensors."));
        return new TensorInfo(needed.name(), type, needed.shape(), tensor.transposed());
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
