/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * TorchScript programs for tests, from their source.
 *
 * <p>They are written for texts of the vocabulary that {@link ModelFolderBuilder} has, and vectors of 8 components.
 */
public final class Programs {
    /** Component h of a token's vector is its id times (h + 1), and the mean id of the text, by the mask. */
    private static final String STATES = """
                x = torch.to(input_ids, 6)
                m = torch.to(attention_mask, 6)
                mean = torch.div(torch.sum(torch.mul(x, m), [1]), torch.sum(m, [1]))
                own = torch.mul(torch.unsqueeze(x, 2), torch.arange(1, 9, dtype=6))
                states = torch.add(own, torch.view(mean, [-1, 1, 1]))
            """;

    /** What {@link #STATES} gives is returned as it is. */
    public static final String TENSOR = forward("Tensor", STATES, "states");

    private Programs() {}

    /** The program that returns something of the type, an expression over {@code states}. */
    public static String giving(String type, String expression) {
        return forward(type, STATES, expression);
    }

    /** The same vectors from a program that insists on a third argument of zeros. */
    public static String withTokenTypes() {
        return TENSOR.replace("attention_mask: Tensor", "attention_mask: Tensor, token_type_ids: Tensor")
                .replace("return states", "return torch.div(states, torch.add(torch.unsqueeze(token_type_ids, 2), 1))");
    }

    /** A program that stops with an error. */
    public static String raising(String message) {
        return forward("Tensor", STATES + "    ops.prim.RaiseException(\"" + message + "\")\n", "states");
    }

    /** The component h of the mean over a text's tokens of what {@link #TENSOR} gives. */
    public static double mean(int[] ids, int h) {
        double mean = 0;
        for (int id : ids) {
            mean += (double) id / ids.length;
        }
        return mean * (h + 1) + mean;
    }

    /** Writes the program with this forward pass. */
    public static void write(Path file, String forward) {
        Map<String, String> entries = Map.of(
                "data.pkl", "\u0080\u0002c__torch__\nProgram\n)\u0081}b.",
                "code/__torch__.py", "class Program(Module):\n  __parameters__ = []\n  __buffers__ = []\n" + forward,
                "constants.pkl", "\u0080\u0002).",
                "version", "3\n");
        try {
            Files.createDirectories(file.getParent());
            try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
                for (Map.Entry<String, String> entry : entries.entrySet()) {
                    store(zip, "program/" + entry.getKey(), entry.getValue().getBytes(StandardCharsets.ISO_8859_1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String forward(String type, String body, String expression) {
        return "  def forward(self: __torch__.Program, input_ids: Tensor, attention_mask: Tensor) -> " + type + ":\n"
                + body + "    return " + expression + "\n";
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
