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
 * their bytes.
 *
 * <p>Exporters name embeddings, biases and norms as the checkpoint does, but fold the transposition of a linear layer's
 * weight into an anonymous initializer: it is the second input of the MatMul whose output is added to {@code X.bias}.
 */
final class OnnxInitializers {
    private static final int MODEL_GRAPH = 7;
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_INITIALIZER = 5;
    private static final int NODE_INPUT = 1;
    private static final int NODE_OUTPUT = 2;
    private static final int NODE_OPERATOR = 4;
    private static final int TENSOR_DIMENSION = 1;
    private static final int TENSOR_TYPE = 2;
    private static final int TENSOR_NAME = 8;
    private static final int TENSOR_RAW = 9;
    private static final int TENSOR_LOCATION = 14;

    private static final int TYPE_FLOAT = 1;
    private static final int LOCATION_EXTERNAL = 1;

    /** Far above any graph; keeps the memory that a hostile file can claim small. */
    private static final int MAX_ENTRIES = 200_000;

    private static final int MAX_DIMENSIONS = 16;
    private static final int MAX_NAME_BYTES = 4096;

    /** The inputs of a MatMul or Add. */
    private record Operands(String left, String right) {}

    private final Path file;
    private final Map<String, StoredTensor> initializers = new LinkedHashMap<>();
    private final Map<String, Operands> matMulByOutput = new HashMap<>();
    private final List<Operands> additions = new ArrayList<>();
    private long fileBytes;
    private int entries;

    private OnnxInitializers(Path file) {
        this.file = file;
    }

    /** The named initializers of a file, and the anonymous weights of linear layers under the names they had. */
    static List<StoredTensor> read(Path file) {
        return new OnnxInitializers(file).read();
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

        nameLinearWeights();
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
        String operator = "";
        for (int tag = message.readTag(); tag != 0; tag = message.readTag()) {
            if (isMessage(tag, NODE_INPUT) && inputs.size() < 3) {
                inputs.add(name(message));
            } else if (isMessage(tag, NODE_OUTPUT)) {
                output = name(message);
            } else if (isMessage(tag, NODE_OPERATOR)) {
                operator = name(message);
            } else {
                skip(message, tag);
            }
        }

        if (inputs.size() == 2 && operator.equals("MatMul")) {
            matMulByOutput.put(output, new Operands(inputs.get(0), inputs.get(1)));
        } else if (inputs.size() == 2 && operator.equals("Add")) {
            additions.add(new Operands(inputs.get(0), inputs.get(1)));
        }
    }

    private void readInitializer(CodedInputStream message) throws IOException {
        List<Long> shape = new ArrayList<>();
        String name = "";
        int type = 0;
        int location = 0;
        long offset = 0;
        int bytes = -1;
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
            } else if (isVarint(tag, TENSOR_LOCATION)) {
                location = message.readInt32();
            } else {
                skip(message, tag);
            }
        }
        add(name, type, location, shape, offset, bytes);
    }

    private void add(String name, int type, int location, List<Long> shape, long offset, int bytes) {
        String bar = "ONNX type " + type;
        if (location == LOCATION_EXTERNAL) {
            bar = "data in another file";
        } else if (type == TYPE_FLOAT && bytes < 0) {
            bar = "a list of numbers instead of raw data";
        }
        boolean readable = type == TYPE_FLOAT && location != LOCATION_EXTERNAL && bytes >= 0;
        if (readable) {
            requireBytesOfShape(name, shape, bytes);
        }

        StoredTensor tensor = new StoredTensor(
                name,
                readable ? "FLOAT" : bar,
                readable ? Optional.of(DataType.FLOAT32) : Optional.empty(),
                List.copyOf(shape),
                file,
                offset,
                Math.max(bytes, 0),
                false);
        if (initializers.put(name, tensor) != null) {
            throw ModelProblem.damaged(
                    "%s: the initializer '%s' is given twice".formatted(file, ModelProblem.show(name)),
                    "Which of them to use cannot be told.");
        }
    }

    private void requireBytesOfShape(String name, List<Long> shape, int bytes) {
        try {
            long expected = DataType.FLOAT32.bytes();
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
                "Its shape %s of FLOAT takes another size.".formatted(shape));
    }

    private void nameLinearWeights() {
        for (Operands addition : additions) {
            nameLinearWeight(addition.left(), addition.right());
            nameLinearWeight(addition.right(), addition.left());
        }
    }

    private void nameLinearWeight(String bias, String product) {
        Operands matMul = matMulByOutput.get(product);
        if (matMul == null || !bias.endsWith(".bias") || !initializers.containsKey(bias)) {
            return;
        }

        StoredTensor weight = initializers.get(matMul.right());
        if (weight == null || weight.shape().size() != 2) {
            return;
        }
        String name = bias.substring(0, bias.length() - "bias".length()) + "weight";
        // Where the exporter kept the name, the named tensor is the weight as the checkpoint has it.
        initializers.putIfAbsent(
                name,
                new StoredTensor(
                        name,
                        weight.storedType(),
                        weight.dataType(),
                        weight.shape(),
                        file,
                        weight.offset(),
                        weight.bytes(),
                        true));
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
