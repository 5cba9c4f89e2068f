/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes a table of characters as SentencePiece does, but for its size: each node of the trie has 256 places of its own. */
final class CharacterTableBuilder {
    private static final int LEAF = 1 << 8;
    private static final int NO_LABEL = 1 << 31;

    private final List<Map<Integer, Integer>> nodes = new ArrayList<>();
    private final Map<Integer, Integer> values = new HashMap<>();
    private final StringBuilder replacements = new StringBuilder();

    private CharacterTableBuilder() {
        nodes.add(new HashMap<>());
    }

    /** In Base64. */
    static String write(Map<String, String> replacements) {
        CharacterTableBuilder builder = new CharacterTableBuilder();
        replacements.forEach(builder::add);
        return builder.write();
    }

    private void add(String text, String replacement) {
        int node = 0;
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            int next = nodes.size();
            node = nodes.get(node).computeIfAbsent(each & 0xFF, label -> next);
            if (node == next) {
                nodes.add(new HashMap<>());
            }
        }
        values.put(node, replacements.toString().getBytes(StandardCharsets.UTF_8).length);
        replacements.append(replacement).append('\0');
    }

    private String write() {
        byte[] text = replacements.toString().getBytes(StandardCharsets.UTF_8);
        int places = nodes.size() * 256;
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (1 + places) + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(Integer.BYTES * places);
        for (int place = 0; place < places; place++) {
            bytes.putInt(place == 0 ? 0 : unit(place / 256, place % 256, place));
        }
        return Base64.getEncoder().encodeToString(bytes.put(text).array());
    }

    private int unit(int node, int label, int place) {
        if (label == 0) {
            return values.getOrDefault(node, 0) | NO_LABEL;
        }
        Integer below = nodes.get(node).get(label);
        if (below == null) {
            return NO_LABEL;
        }
        return label | (values.containsKey(below) ? LEAF : 0) | (place ^ below * 256) << 10;
    }
}
