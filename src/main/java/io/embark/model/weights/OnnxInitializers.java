/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.embark.model.files.ModelProblem;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the initializers of an ONNX file ({@code onnx.proto3}: ModelProto, GraphProto, TensorProto, NodeProto), skipping over
 * their bytes; those in a second file beside it as well.
 */
final class OnnxInitializers {
    private static final int MODEL_GRAPH = 7;
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_INITIALIZER = 5;
    private static final int NODE_INPUT = 1;
    private static final int NODE_OUTPUT = 2;
    private static final int NODE_NAME = 3;
    private static final int NODE_OPERATOR = 4;
    private static final int NODE_DOMAIN = 7;
    private static final int TENSOR_DIMENSION = 1;
    private static final int TENSOR_TYPE = 2;
    private static final int TENSOR_NAME = 8;
    private static final int TENSOR_RAW = 9;
    private static final int TENSOR_EXTERNAL = 13;
    private static final int TENSOR_LOCATION = 14;
    private static final int ENTRY_KEY = 1;
    private static final int ENTRY_VALUE = 2;

    private static final Map<Integer, DataType> READABLE =
            Map.of(1, DataType.FLOAT32, 10, DataType.FLOAT16, 11, DataType.FLOAT64, 16, DataType.BFLOAT16);

    private static final int LOCATION_EXTERNAL = 1;

    /** Far above any graph; keeps the memory that a hostile file can claim small. */
    private static final int MAX_ENTRIES = 200_000;

    private static final int MAX_DIMENSIONS = 16;
    private static final int MAX_NAME_BYTES = 4096;

    private final Path file;
    private final List<Path> data;
    private final Map<String, StoredTensor> initializers = new LinkedHashMap<>();
    private final OnnxNodes nodes;
    private long fileBytes;
    private int entries;

    private OnnxInitializers(Path file, List<Path> data) {
        this.file = file;
        this.data = data;
        this.nodes = new OnnxNodes(file);
    }

    /**
     * The named initializers of a file, and the anonymous weights of linear layers under the names they had.
     *
     * @param data the other files in which numbers may be; what lies in any other is not read
     */
    static List<StoredTensor> read(Path file, List<Path> data) {
        return new OnnxInitializers(file, data).read();
    }

    private List<StoredTensor> read() {
        // A FileInputStream seeks where it is told to skip; CodedInputStream skips what is not asked for.
        try (InputStream in = new FileInputStream(file.toFile())) {
            fileBytes = Files.size(file);
            if (fileBytes > Integer.MAX_VALUE) {
                throw ModelProblem.unsupported(
                        "%s: larger than 2 GB".formatted(file),
                        "The ONNX format holds at most that much in one file.",
                        "Save the model as safetensors.");
            }

            CodedInputStream message = CodedInputStream.newInstance(in);
            for (int tag = message.readTag(); tag != 0; tag = message.readTag()) {
                if (isMessage(tag, MODEL_GRAPH)) {
                    int limit = enter(message);
                    readGraph(message);
                    leave(message, limit);
                } else {
                    skip(message, tag);
                }
            }

            // A FileInputStream also skips beyond the end of its file.
            if (message.getTotalBytesRead() != fileBytes) {
                throw cutOff();
            }
        } catch (InvalidProtocolBufferException e) {
            throw ModelProblem.damaged(
                    "%s: not a whole ONNX file".formatted(file),
                    "Reading it ended with: %s".formatted(ModelProblem.show(e.getMessage())),
                    e);
        } catch (IOException e) {
            throw ModelProblem.unreadable(file, e);
        }

        nodes.nameWeights(this::name);
        return List.copyOf(initializers.values());
    }

    private void readGraph(CodedInputStream message) throws IOException {
        for (int tag = message.readTag(); tag != 0; tag = message.readTag()) {
            boolean node = isMessage(tag, GRAPH_NODE);
            if (!node && !isMessage(tag, GRAPH_INITIALIZER)) {
                skip(message, tag);
                continue;
            }

            if (++entries > MAX_ENTRIES) {
                throw ModelProblem.invalid(
                        "%s: more than %s nodes and initializers".formatted(file, MAX_ENTRIES),
                        "No model of a known architecture has that many.",
                        "Save the model as safetensors.");
            }
            int limit = enter(message);
            if (node) {
                readNode(message);
            } else {
                readInitializer(message);
            }
            leave(message, limit);
        }
    }

    private void readNode(CodedInputStream message) throws IOException {
        List<String> inputs = new ArrayList<>(2);
        String output = "";
        String name = "";
        String operator = "";
        String domain = "";
        for (int tag = message.readTag(); tag != 0; tag = message.readTag()) {
            if (isMessage(tag, NODE_INPUT) && inputs.size() < 3) {
                inputs.add(name(message));
            } else if (isMessage(tag, NODE_OUTPUT)) {
                output = name(message);
            } else if (isMessage(tag, NODE_NAME)) {
                name = name(message);
            } else if (isMessage(tag, NODE_OPERATOR)) {
                operator = name(message);
            } else if (isMessage(tag, NODE_DOMAIN)) {
                domain = name(message);
            } else {
                skip(message, tag);
            }
        }
        nodes.add(new OnnxNodes.Node(operator, domain, name, inputs, output));
    }

    private void readInitializer(CodedInputStream message) throws IOException {
        List<Long> shape = new ArrayList<>();
        String name = "";
        int type = 0;
        int location = 0;
        long offset = 0;
        int bytes = -1;
        Map<String, String> external = new HashMap<>();
        for (int tag = message.readTag(); tag != 0; tag = message.readTag()) {
            if (isMessage(tag, TENSOR_DIMENSION)) {
                int limit = enter(message);
                while (message.getBytesUntilLimit() > 0) {
                    addDimension(shape, message.readInt64());
                }
                leave(message, limit);
            } else if (isVarint(tag, TENSOR_DIMENSION)) {
                addDimension(shape, message.readInt64());
            } else if (isVarint(tag, TENSOR_TYPE)) {
                type = message.readInt32();
            } else if (isMessage(tag, TENSOR_NAME)) {
                name = name(message);
            } else if (isMessage(tag, TENSOR_RAW)) {
                bytes = length(message);
                offset = message.getTotalBytesRead();
                message.skipRawBytes(bytes);
            } else if (isMessage(tag, TENSOR_EXTERNAL)) {
                int limit = enter(message);
                readEntry(message, external);
                leave(message, limit);
            } else if (isVarint(tag, TENSOR_LOCATION)) {
                location = message.readInt32();
            } else {
                skip(message, tag);
            }
        }
        if (location == LOCATION_EXTERNAL) {
            addExternal(name, type, shape, external);
        } else {
            String bar = bytes < 0 && READABLE.containsKey(type)
                    ? "a list of numbers instead of raw data"
                    : "ONNX type " + type;
            add(name, bytes < 0 ? Optional.empty() : type(type), bar, shape, file, offset, Math.max(bytes, 0));
        }
    }

    private static void readEntry(CodedInputStream message, Map<String, String> entries) throws IOException {
        String key = "";
        String value = "";
        for (int tag = message.readTag(); tag != 0; tag = message.readTag()) {
            if (isMessage(tag, ENTRY_KEY)) {
                key = name(message);
            } else if (isMessage(tag, ENTRY_VALUE)) {
                value = name(message);
            } else {
                skip(message, tag);
            }
        }
        if (entries.size() < MAX_DIMENSIONS) {
            entries.put(key, value);
        }
    }

    private void addExternal(String name, int type, List<Long> shape, Map<String, String> external) throws IOException {
        String place = external.getOrDefault("location", "");
        // Compared as text: whatever path it is, no other file is ever opened.
        Optional<Path> file = data.stream()
                .filter(each -> String.valueOf(each.getFileName()).equals(place))
                .findFirst();
        if (file.isEmpty() || type(type).isEmpty()) {
            String bar = file.isPresent() ? "ONNX type " + type : "data in another file, '%s'".formatted(place);
            add(name, Optional.empty(), bar, shape, this.file, 0, 0);
            return;
        }

        long size = Files.size(file.get());
        long offset = number(name, external, "offset", 0, size);
        long bytes = number(name, external, "length", size - offset, size - offset);
        add(name, type(type), "", shape, file.get(), offset, bytes);
    }

    private long number(String name, Map<String, String> external, String key, long silent, long most) {
        String value = external.getOrDefault(key, String.valueOf(silent));
        if (value.length() < Long.toString(Long.MAX_VALUE).length()
                && value.chars().allMatch(c -> c >= '0' && c <= '9')
                && !value.isEmpty()
                && Long.parseLong(value) <= most) {
            return Long.parseLong(value);
        }
        throw ModelProblem.damaged(
                "%s: initializer '%s' has the %s '%s'"
                        .formatted(file, ModelProblem.show(name), key, ModelProblem.show(value)),
                "It is a number of bytes within the file that has the data, from 0 to %s.".formatted(most));
    }

    private static Optional<DataType> type(int type) {
        return Optional.ofNullable(READABLE.get(type));
    }

    private void add(
            String name, Optional<DataType> type, String bar, List<Long> shape, Path where, long offset, long bytes) {
        type.ifPresent(readable -> requireBytesOfShape(name, readable, shape, bytes));
        StoredTensor tensor = new StoredTensor(
                name, type.map(DataType::name).orElse(bar), type, List.copyOf(shape), where, offset, bytes, false);
        if (initializers.put(name, tensor) != null) {
            throw ModelProblem.damaged(
                    "%s: the initializer '%s' is given twice".formatted(file, ModelProblem.show(name)),
                    "Which of them to use cannot be told.");
        }
    }

    private void requireBytesOfShape(String name, DataType type, List<Long> shape, long bytes) {
        try {
            long expected = type.bytes();
            for (long dimension : shape) {
                expected = Math.multiplyExact(expected, dimension);
            }
            if (expected == bytes) {
                return;
            }
        } catch (ArithmeticException e) {
            // More bytes than a long counts cannot be in any file: refused below.
        }
        throw ModelProblem.damaged(
                "%s: initializer '%s' has %s bytes".formatted(file, ModelProblem.show(name), bytes),
                "Its shape %s of %s takes another size.".formatted(shape, type));
    }

    /** Where the exporter kept a name, the named tensor is the weight as the checkpoint has it. */
    private void name(String initializer, String name) {
        StoredTensor weight = initializers.get(initializer);
        if (weight != null && weight.shape().size() == 2) {
            initializers.putIfAbsent(
                    name,
                    new StoredTensor(
                            name,
                            weight.storedType(),
                            weight.dataType(),
                            weight.shape(),
                            weight.file(),
                            weight.offset(),
                            weight.bytes(),
                            true));
        }
    }

    private void addDimension(List<Long> shape, long dimension) {
        if (dimension < 0 || shape.size() == MAX_DIMENSIONS) {
            throw ModelProblem.damaged(
                    "%s: an initializer has a dimension of %s".formatted(file, dimension),
                    "Dimensions are not negative, and there are at most %s.".formatted(MAX_DIMENSIONS));
        }
        shape.add(dimension);
    }

    private static boolean isMessage(int tag, int field) {
        return WireFormat.getTagFieldNumber(tag) == field
                && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
    }

    private static boolean isVarint(int tag, int field) {
        return WireFormat.getTagFieldNumber(tag) == field
                && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_VARINT;
    }

    private static int enter(CodedInputStream message) throws IOException {
        return message.pushLimit(length(message));
    }

    private static InvalidProtocolBufferException cutOff() {
        return new InvalidProtocolBufferException("The file was cut off.");
    }

    private static void leave(CodedInputStream message, int limit) throws IOException {
        // At the end of a file that was cut off, readTag ends a message early without a word.
        if (message.getBytesUntilLimit() != 0) {
            throw cutOff();
        }
        message.popLimit(limit);
    }

    private static int length(CodedInputStream message) throws IOException {
        int length = message.readRawVarint32();
        if (length < 0) {
            throw new InvalidProtocolBufferException("A length of " + length + " bytes.");
        }
        return length;
    }

    private static String name(CodedInputStream message) throws IOException {
        int length = length(message);
        if (length > MAX_NAME_BYTES) {
            throw new InvalidProtocolBufferException("A name of " + length + " bytes.");
        }
        return new String(message.readRawBytes(length), StandardCharsets.UTF_8);
    }

    private static void skip(CodedInputStream message, int tag) throws IOException {
        if (!message.skipField(tag)) {
            throw new InvalidProtocolBufferException("The end of a group that was not opened.");
        }
    }
}
