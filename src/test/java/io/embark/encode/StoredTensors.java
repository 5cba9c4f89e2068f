/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.model.weights.HalfFloats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** The tensors of a safetensors file, apart from Embark's own reader. */
final class StoredTensors {
    private final ByteBuffer bytes;
    private final JsonObject header;
    private final int dataStart;

    private StoredTensors(byte[] file) {
        bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int headerBytes = Math.toIntExact(bytes.getLong(0));
        dataStart = Long.BYTES + headerBytes;
        header = JsonParser.parseString(new String(file, Long.BYTES, headerBytes, StandardCharsets.UTF_8))
                .getAsJsonObject();
        header.remove("__metadata__");
    }

    static StoredTensors read(Path file) {
        try {
            return new StoredTensors(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> names() {
        return List.copyOf(header.keySet());
    }

    /** A float32 tensor of two dimensions. */
    float[][] matrix(String name) {
        if (!type(name).equals("F32")) {
            throw new IllegalArgumentException(name + " is " + type(name));
        }
        JsonArray shape = header.getAsJsonObject(name).getAsJsonArray("shape");
        float[][] matrix = new float[shape.get(0).getAsInt()][shape.get(1).getAsInt()];
        int position = begin(name);
        for (float[] row : matrix) {
            for (int i = 0; i < row.length; i++) {
                row[i] = bytes.getFloat(position);
                position += Float.BYTES;
            }
        }
        return matrix;
    }

    /** The whole file with noise in one of its tensors: a tenth of what its values measure, or counts in other places. */
    byte[] withNoise(String name) {
        if (type(name).equals("I64")) {
            return withValuesMoved(name);
        }
        StoredTensors noisy = new StoredTensors(bytes.array().clone());
        int elementBytes = type(name).equals("F16") ? Short.BYTES : Float.BYTES;
        int elements = (end(name) - begin(name)) / elementBytes;
        double squares = 0;
        for (int i = 0; i < elements; i++) {
            squares += Math.pow(value(name, i), 2);
        }
        double size = 0.1 * Math.sqrt(squares / elements);
        Random random = new Random(name.hashCode());
        for (int i = 0; i < elements; i++) {
            float value = (float) (value(name, i) + size * random.nextGaussian());
            if (elementBytes == Short.BYTES) {
                noisy.bytes.putShort(begin(name) + i * Short.BYTES, HalfFloats.toFloat16(value));
            } else {
                noisy.bytes.putFloat(begin(name) + i * Float.BYTES, value);
            }
        }
        return noisy.bytes.array();
    }

    private byte[] withValuesMoved(String name) {
        byte[] moved = bytes.array().clone();
        int length = end(name) - begin(name) - Long.BYTES;
        System.arraycopy(bytes.array(), begin(name), moved, begin(name) + Long.BYTES, length);
        System.arraycopy(bytes.array(), begin(name) + length, moved, begin(name), Long.BYTES);
        return moved;
    }

    private float value(String name, int element) {
        return switch (type(name)) {
            case "F32" -> bytes.getFloat(begin(name) + element * Float.BYTES);
            case "F16" -> HalfFloats.fromFloat16(bytes.getShort(begin(name) + element * Short.BYTES));
            default -> throw new IllegalArgumentException(name + " is " + type(name));
        };
    }

    private String type(String name) {
        return header.getAsJsonObject(name).get("dtype").getAsString();
    }

    private int begin(String name) {
        return offset(name, 0);
    }

    private int end(String name) {
        return offset(name, 1);
    }

    private int offset(String name, int which) {
        return dataStart
                + header.getAsJsonObject(name)
                        .getAsJsonArray("data_offsets")
                        .get(which)
                        .getAsInt();
    }
}
