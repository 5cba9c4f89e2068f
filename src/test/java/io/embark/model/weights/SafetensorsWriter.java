/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.embark.model.family.TensorShape;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** Writes safetensors files, right ones and wrong ones. */
public final class SafetensorsWriter {
    private SafetensorsWriter() {}

    public static void write(Path file, List<TensorBytes> tensors) {
        List<TensorShape> shapes = tensors.stream()
                .map(tensor -> new TensorShape(tensor.name(), tensor.shape()))
                .toList();
        JsonObject header = new JsonObject();
        long offset = 0;
        for (TensorBytes tensor : tensors) {
            offset = add(header, tensor.name(), tensor.type(), tensor.shape(), offset, tensor.bytes().length);
        }
        write(file, header.toString(), shapes, shape -> tensors.get(shapes.indexOf(shape))
                .bytes());
    }

    /** Writes one tensor after the other, asking for each only when its turn comes. */
    public static void write(
            Path file, DataType type, List<TensorShape> shapes, Function<TensorShape, float[]> values) {
        JsonObject header = new JsonObject();
        long offset = 0;
        for (TensorShape shape : shapes) {
            long elements = shape.shape().stream().reduce(1L, Math::multiplyExact);
            offset = add(
                    header, shape.name(), TensorBytes.typeName(type), shape.shape(), offset, elements * type.bytes());
        }
        write(file, header.toString(), shapes, shape -> TensorBytes.of(
                        shape.name(), type, shape.shape(), values.apply(shape))
                .bytes());
    }

    /** Writes a header as it is, then the data. */
    public static void write(Path file, String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        write(file, json.length, json, data);
    }

    /** Writes a header under any claimed length. */
    public static void write(Path file, long claimedLength, byte[] header, byte[] data) {
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(length(claimedLength));
            out.write(header);
            out.write(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(
            Path file, String header, List<TensorShape> shapes, Function<TensorShape, byte[]> content) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            out.write(length(json.length));
            out.write(json);
            for (TensorShape shape : shapes) {
                out.write(content.apply(shape));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long add(JsonObject header, String name, String type, List<Long> shape, long offset, long bytes) {
        JsonArray dimensions = new JsonArray();
        shape.forEach(dimensions::add);
        JsonArray offsets = new JsonArray();
        offsets.add(offset);
        offsets.add(offset + bytes);
        JsonObject entry = new JsonObject();
        entry.addProperty("dtype", type);
        entry.add("shape", dimensions);
        entry.add("data_offsets", offsets);
        header.add(name, entry);
        return offset + bytes;
    }

    private static byte[] length(long bytes) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(bytes)
                .array();
    }
}
