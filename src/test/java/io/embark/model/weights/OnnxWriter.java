/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes ONNX files that hold just what a reader of initializers looks at. */
public final class OnnxWriter {
    private static final int FLOAT = 1;

    private final List<ByteString> nodes = new ArrayList<>();
    private final List<ByteString> initializers = new ArrayList<>();
    private boolean packedDimensions;

    interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    /** Named tensors as they are; the weights of linear layers transposed, without a name of their own. */
    public static void write(Path file, List<TensorBytes> tensors) {
        OnnxWriter writer = new OnnxWriter();
        for (TensorBytes tensor : tensors) {
            boolean linear = tensors.stream().anyMatch(other -> other.name().equals(biasOf(tensor.name())))
                    && tensor.shape().size() == 2;
            if (linear) {
                writer.linear(biasOf(tensor.name()), tensor);
            } else {
                writer.initializer(tensor.name(), FLOAT, tensor.shape(), raw(tensor.bytes()));
            }
        }
        writer.write(file);
    }

    public OnnxWriter packDimensions() {
        packedDimensions = true;
        return this;
    }

    public OnnxWriter node(String operator, List<String> inputs, String output) {
        return node(operator, "", "/node/" + nodes.size(), inputs, output);
    }

    public OnnxWriter node(String operator, String domain, String name, List<String> inputs, String output) {
        nodes.add(message(out -> {
            for (String input : inputs) {
                out.writeString(1, input);
            }
            out.writeString(2, output);
            out.writeString(3, name);
            out.writeString(4, operator);
            out.writeString(7, domain);
        }));
        return this;
    }

    public OnnxWriter initializer(String name, int type, List<Long> shape, Fields data) {
        initializers.add(message(out -> {
            if (packedDimensions) {
                out.writeBytes(1, message(packed -> {
                    for (long dimension : shape) {
                        packed.writeInt64NoTag(dimension);
                    }
                }));
            } else {
                for (long dimension : shape) {
                    out.writeInt64(1, dimension);
                }
            }
            out.writeInt32(2, type);
            out.writeString(8, name);
            data.write(out);
        }));
        return this;
    }

    /** Numbers in another file. */
    public static Fields external(String location, String offset, String length) {
        return out -> {
            for (List<String> entry :
                    List.of(List.of("location", location), List.of("offset", offset), List.of("length", length))) {
                out.writeBytes(13, message(pair -> {
                    pair.writeString(1, entry.get(0));
                    pair.writeString(2, entry.get(1));
                }));
            }
            out.writeInt32(14, 1);
        };
    }

    public static Fields raw(byte[] bytes) {
        return out -> out.writeByteArray(9, bytes);
    }

    public void write(Path file) {
        ByteString graph = message(out -> {
            for (ByteString node : nodes) {
                out.writeBytes(1, node);
            }
            out.writeString(2, "graph");
            for (ByteString initializer : initializers) {
                out.writeBytes(5, initializer);
            }
        });
        try {
            Files.write(
                    file,
                    message(out -> {
                                out.writeInt64(1, 7);
                                out.writeString(2, "test");
                                out.writeBytes(7, graph);
                            })
                            .toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void linear(String bias, TensorBytes weight) {
        String name = "onnx::MatMul_" + initializers.size();
        String product = "/product/" + initializers.size();
        node("MatMul", List.of("x", name), product);
        node("Add", nodes.size() % 4 < 2 ? List.of(bias, product) : List.of(product, bias), product + "/sum");
        int rows = weight.shape().get(0).intValue();
        int columns = weight.shape().get(1).intValue();
        initializer(name, FLOAT, List.of((long) columns, (long) rows), raw(transposed(weight.bytes(), rows, columns)));
    }

    public static byte[] transposed(byte[] matrix, int rows, int columns) {
        byte[] result = new byte[matrix.length];
        int width = matrix.length / (rows * columns);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                System.arraycopy(
                        matrix, (row * columns + column) * width, result, (column * rows + row) * width, width);
            }
        }
        return result;
    }

    private static String biasOf(String name) {
        return name.endsWith(".weight") ? name.substring(0, name.length() - "weight".length()) + "bias" : "";
    }

    private static ByteString message(Fields fields) {
        ByteString.Output bytes = ByteString.newOutput();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            fields.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteString();
    }
}
