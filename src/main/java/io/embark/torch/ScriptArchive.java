/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes the archive that libtorch loads as a TorchScript module: a family's source, and a pickle that makes one {@code
 * Encoder} with empty dictionaries. No weights are in it.
 *
 * <p>The format is that of {@code torch/csrc/jit/serialization}: an uncompressed zip with {@code data.pkl}, {@code
 * code/__torch__.py}, {@code constants.pkl} and {@code version}.
 */
final class ScriptArchive {
    /** What stands before it, imports and comments, is for readers and their tools. */
    private static final Pattern CLASS = Pattern.compile("^class \\w+\\((?<base>\\w+)\\):\n", Pattern.MULTILINE);

    private ScriptArchive() {}

    /**
     * The archive of a family.
     *
     * @param family the name of a script resource beside this class, without {@code .py}
     */
    static byte[] of(String family) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "data.pkl", encoderPickle());
            store(zip, "code/__torch__.py", source(family).getBytes(StandardCharsets.UTF_8));
            store(zip, "constants.pkl", latin("\u0080\u0002)."));
            store(zip, "version", latin("10\n"));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /**
     * The source that libtorch compiles. libtorch knows no inheritance, so this is one class with all that stands in the
     * family's class and in those above it.
     */
    static String source(String family) {
        StringBuilder bodies = new StringBuilder();
        String name = family;
        while (!name.equals("module")) {
            String script = resource(name + ".py");
            Matcher head = CLASS.matcher(script);
            if (!head.find()) {
                throw new IllegalStateException("script %s.py: no class".formatted(name));
            }
            bodies.insert(0, script.substring(head.end()));
            name = head.group("base").toLowerCase(Locale.ROOT);
        }
        return "class Encoder(Module):\n" + bodies;
    }

    private static String resource(String name) {
        try (InputStream in = ScriptArchive.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no script " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("script %s cannot be read".formatted(name), e);
        }
    }

    /** PROTO 2, GLOBAL class, (), NEWOBJ, {, MARK, entries, SETITEMS, BUILD, STOP. */
    private static byte[] encoderPickle() {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.writeBytes(latin("\u0080\u0002c__torch__\nEncoder\n)\u0081}("));
        emptyDictionary(pickle, "weights", "Dict[str, Tensor]");
        emptyDictionary(pickle, "numbers", "Dict[str, float]");
        emptyDictionary(pickle, "choices", "Dict[str, str]");
        emptyDictionary(pickle, "blocks", "Dict[str, int]");
        text(pickle, "device");
        text(pickle, "cpu");
        pickle.writeBytes(latin("ub."));
        return pickle.toByteArray();
    }

    /** An empty dictionary has no type of its own; restore_type_tag gives it one: GLOBAL, {}, type, TUPLE2, REDUCE. */
    private static void emptyDictionary(ByteArrayOutputStream pickle, String attribute, String type) {
        text(pickle, attribute);
        pickle.writeBytes(latin("ctorch.jit._pickle\nrestore_type_tag\n}"));
        text(pickle, type);
        pickle.writeBytes(latin("\u0086R"));
    }

    private static void text(ByteArrayOutputStream pickle, String text) {
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        pickle.write('X');
        pickle.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(raw.length)
                .array());
        pickle.writeBytes(raw);
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry("encoder/" + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
