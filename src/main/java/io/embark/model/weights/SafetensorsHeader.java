/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.embark.base.StrictJson;
import io.embark.model.files.ModelProblem;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and checks the header of a safetensors file as the reference implementation does ({@code safetensors/src/tensor.rs},
 * {@code read_metadata} and {@code validate}), and refuses a name given twice besides. The header is read as a stream: no
 * memory is taken for a size that the file merely claims.
 */
final class SafetensorsHeader {
    private static final int LENGTH_BYTES = 8;
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private static final Map<String, DataType> READABLE = Map.of(
            "F32", DataType.FLOAT32,
            "F64", DataType.FLOAT64,
            "F16", DataType.FLOAT16,
            "BF16", DataType.BFLOAT16,
            "I8", DataType.INT8,
            "I32", DataType.INT32,
            "I64", DataType.INT64);

    /** Bits of one number. A type that is not here is refused only if its tensor is needed. */
    private static final Map<String, Integer> BITS = Map.ofEntries(
            Map.entry("BOOL", 8),
            Map.entry("F4", 4),
            Map.entry("F6_E2M3", 6),
            Map.entry("F6_E3M2", 6),
            Map.entry("U8", 8),
            Map.entry("I8", 8),
            Map.entry("F8_E5M2", 8),
            Map.entry("F8_E4M3", 8),
            Map.entry("F8_E8M0", 8),
            Map.entry("F8_E5M2FNUZ", 8),
            Map.entry("F8_E4M3FNUZ", 8),
            Map.entry("I16", 16),
            Map.entry("U16", 16),
            Map.entry("F16", 16),
            Map.entry("BF16", 16),
            Map.entry("I32", 32),
            Map.entry("U32", 32),
            Map.entry("F32", 32),
            Map.entry("C64", 64),
            Map.entry("F64", 64),
            Map.entry("I64", 64),
            Map.entry("U64", 64));

    /** One entry of the header; offsets count from the end of the header. */
    private record Entry(String name, String type, List<Long> shape, long begin, long end) {}

    private final Path file;

    private SafetensorsHeader(Path file) {
        this.file = file;
    }

    /** The tensors of a file, in the order of their offsets. */
    static List<StoredTensor> read(Path file) {
        return new SafetensorsHeader(file).read();
    }

    private List<StoredTensor> read() {
        try (InputStream in = Files.newInputStream(file)) {
            long fileBytes = Files.size(file);
            long headerBytes = headerBytes(in, fileBytes);
            List<Entry> entries = entries(new BoundedStream(in, headerBytes));
            return checked(entries, LENGTH_BYTES + headerBytes, fileBytes);
        } catch (CharacterCodingException e) {
            throw damaged("the header is not UTF-8", "Reading it ended at a byte that no text has.", e);
        } catch (IOException e) {
            throw ModelProblem.unreadable(file, e);
        }
    }

    private long headerBytes(InputStream in, long fileBytes) throws IOException {
        byte[] length = in.readNBytes(LENGTH_BYTES);
        if (length.length < LENGTH_BYTES) {
            throw damaged(
                    "the file has %s bytes".formatted(length.length),
                    "A safetensors file begins with a header length of %s bytes.".formatted(LENGTH_BYTES),
                    null);
        }

        long headerBytes =
                ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (headerBytes < 0 || headerBytes > MAX_HEADER_BYTES) {
            throw damaged(
                    "the header claims %s bytes".formatted(Long.toUnsignedString(headerBytes)),
                    "A safetensors header has at most %s.".formatted(MAX_HEADER_BYTES),
                    null);
        }
        if (headerBytes > fileBytes - LENGTH_BYTES) {
            throw damaged(
                    "the header claims %s bytes".formatted(headerBytes),
                    "The file has only %s after the header's length: it was cut off."
                            .formatted(fileBytes - LENGTH_BYTES),
                    null);
        }
        return headerBytes;
    }

    private List<Entry> entries(InputStream header) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(header);
        buffered.mark(1);
        if (buffered.read() != '{') {
            throw damaged("the header is not a JSON object", "It must begin with a brace.", null);
        }

        buffered.reset();
        JsonReader reader = StrictJson.reader(buffered, MAX_HEADER_BYTES);
        try {
            return readEntries(reader);
        } catch (CharacterCodingException e) {
            throw e;
        } catch (MalformedJsonException | EOFException | IllegalStateException e) {
            throw damaged("the header is not valid", "Reading it ended with: %s.".formatted(StrictJson.detail(e)), e);
        }
    }

    private static List<Entry> readEntries(JsonReader reader) throws IOException {
        List<Entry> entries = new ArrayList<>();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            if (name.equals("__metadata__")) {
                skipMetadata(reader);
            } else {
                entries.add(readEntry(reader, name));
            }
        }
        reader.endObject();
        StrictJson.requireEnd(reader);
        return entries;
    }

    private static void skipMetadata(JsonReader reader) throws IOException {
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            if (reader.peek() != JsonToken.STRING) {
                throw new IllegalStateException("__metadata__ must hold texts, at '" + name + "'");
            }
            reader.skipValue();
        }
        reader.endObject();
    }

    private static Entry readEntry(JsonReader reader, String name) throws IOException {
        String type = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        reader.beginObject();
        while (reader.hasNext()) {
            switch (reader.nextName()) {
                case "dtype" -> type = text(reader, name);
                case "shape" -> shape = counts(reader, name);
                case "data_offsets" -> offsets = counts(reader, name);
                default -> reader.skipValue();
            }
        }
        reader.endObject();
        if (type == null || shape == null || offsets == null || offsets.size() != 2) {
            throw new IllegalStateException("'" + name + "' needs dtype, shape and two data_offsets");
        }
        return new Entry(name, type, shape, offsets.get(0), offsets.get(1));
    }

    private static String text(JsonReader reader, String name) throws IOException {
        if (reader.peek() != JsonToken.STRING) {
            throw new IllegalStateException("the dtype of '" + name + "' is not a text");
        }
        return reader.nextString();
    }

    private static List<Long> counts(JsonReader reader, String name) throws IOException {
        List<Long> counts = new ArrayList<>();
        reader.beginArray();
        while (reader.hasNext()) {
            // nextLong would also take "1" and 1.0, which the format does not allow.
            String literal = reader.peek() == JsonToken.NUMBER ? reader.nextString() : "";
            if (!literal.matches("[0-9]{1,18}")) {
                throw new IllegalStateException("'" + name + "' has a shape or offset that is not a count: " + literal);
            }
            counts.add(Long.parseLong(literal));
        }
        reader.endArray();
        return counts;
    }

    private List<StoredTensor> checked(List<Entry> entries, long dataStart, long fileBytes) {
        List<Entry> sorted = entries.stream()
                .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
                .toList();
        List<StoredTensor> tensors = new ArrayList<>(sorted.size());
        long end = 0;
        for (Entry entry : sorted) {
            if (entry.begin() != end || entry.end() < entry.begin()) {
                throw damaged(
                        "tensor '%s' has data_offsets [%s, %s]"
                                .formatted(ModelProblem.show(entry.name()), entry.begin(), entry.end()),
                        "It must begin at %s, where the one before ends: no hole and no overlap.".formatted(end),
                        null);
            }

            end = entry.end();
            requireBytesOfShape(entry);
            tensors.add(new StoredTensor(
                    entry.name(),
                    entry.type(),
                    Optional.ofNullable(READABLE.get(entry.type())),
                    List.copyOf(entry.shape()),
                    file,
                    dataStart + entry.begin(),
                    entry.end() - entry.begin(),
                    false));
        }

        if (end != fileBytes - dataStart) {
            throw damaged(
                    "the tensors end at byte %s, the file at %s".formatted(dataStart + end, fileBytes),
                    "Both must be the same: the file was cut off or has something appended.",
                    null);
        }
        return tensors;
    }

    private void requireBytesOfShape(Entry entry) {
        Integer bits = BITS.get(entry.type());
        if (bits == null) {
            return;
        }

        long bytes = entry.end() - entry.begin();
        try {
            long total = bits;
            for (long dimension : entry.shape()) {
                total = Math.multiplyExact(total, dimension);
            }
            if (total % 8 == 0 && total / 8 == bytes) {
                return;
            }
        } catch (ArithmeticException e) {
            // More bits than a long counts cannot be in any file: refused below.
        }
        throw damaged(
                "tensor '%s' has %s bytes".formatted(ModelProblem.show(entry.name()), bytes),
                "Its shape %s of %s takes another size.".formatted(ModelProblem.show(entry.shape()), entry.type()),
                null);
    }

    private RuntimeException damaged(String what, String reason, Throwable thrown) {
        return ModelProblem.damaged("%s: %s".formatted(file, what), reason, thrown);
    }

    /** The first bytes of another stream. */
    private static final class BoundedStream extends FilterInputStream {
        private long left;

        BoundedStream(InputStream in, long bytes) {
            super(in);
            this.left = bytes;
        }

        @Override
        public int read() throws IOException {
            if (left == 0) {
                return -1;
            }
            left--;
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = in.read(bytes, offset, (int) Math.min(length, left));
            left -= Math.max(read, 0);
            return read;
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
