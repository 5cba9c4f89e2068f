/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.Deque;

/**
 * SentencePiece's table of characters ({@code precompiled_charsmap}): a double-array trie of what is replaced, whose leaves are
 * places in a text that holds all replacements, each up to a NUL. The library ({@code spm_precompiled}) follows it without
 * looking where it leads, so all ways through it are gone here first.
 */
final class CharacterTable {
    private static final int MOST_BASE64_CHARS = 16 << 20;

    /** Unicode's own compatibility forms have at most 18. */
    private static final int MOST_REPLACEMENT_BYTES = 128;

    private static final String NO_TABLE = "It is no table of characters of SentencePiece: %s.";

    private final int[] trie;
    private final byte[] replacements;

    private CharacterTable(int[] trie, byte[] replacements) {
        this.trie = trie;
        this.replacements = replacements;
    }

    /** The table as the library reads it: its decoder insists on what Java's lets pass. */
    static JsonElement read(JsonElement value, JsonPlace place) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(JsonCheck.text(value, place, MOST_BASE64_CHARS));
        } catch (IllegalArgumentException e) {
            throw place.refuse(NO_TABLE.formatted("it is not in Base64"));
        }
        String problem = problem(bytes);
        if (problem != null) {
            throw place.refuse(NO_TABLE.formatted(problem));
        }
        return new JsonPrimitive(Base64.getEncoder().encodeToString(bytes));
    }

    private static String problem(byte[] bytes) {
        if (bytes.length < Integer.BYTES) {
            return "it is too short";
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long units = (in.getInt() & 0xFFFFFFFFL) / Integer.BYTES;
        if (units == 0 || units > in.remaining() / Integer.BYTES) {
            return "its trie claims %s places in %s bytes".formatted(units, bytes.length);
        }
        int[] trie = new int[(int) units];
        in.asIntBuffer().get(trie);
        byte[] replacements = Arrays.copyOfRange(bytes, Integer.BYTES + trie.length * Integer.BYTES, bytes.length);
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(replacements));
        } catch (CharacterCodingException e) {
            return "its replacements are not UTF-8";
        }
        return new CharacterTable(trie, replacements).problem();
    }

    /** Follows every byte from every place that can be reached. */
    private String problem() {
        BitSet seen = new BitSet(trie.length);
        Deque<Integer> open = new ArrayDeque<>();
        open.add(offset(trie[0]));
        while (!open.isEmpty()) {
            int base = open.remove();
            // Any byte may follow, and is looked up by changing the lowest eight bits.
            if ((base | 0xFF) >= trie.length) {
                return "its trie leads to place %s of %s".formatted(base | 0xFF, trie.length);
            }
            if (seen.get(base)) {
                continue;
            }
            seen.set(base);
            for (int next = 1; next <= 0xFF; next++) {
                int place = base ^ next;
                int unit = trie[place];
                if (label(unit) != next) {
                    continue;
                }
                int below = place ^ offset(unit);
                if (below >= trie.length) {
                    return "its trie leads to place %s of %s".formatted(below, trie.length);
                }
                if (hasLeaf(unit) && !isReplacement(value(trie[below]))) {
                    return "its trie leads to replacement %s of %s bytes"
                            .formatted(value(trie[below]), replacements.length);
                }
                open.add(below);
            }
        }
        return null;
    }

    private boolean isReplacement(int start) {
        if (start > replacements.length || (start < replacements.length && (replacements[start] & 0xC0) == 0x80)) {
            return false;
        }
        int end = start;
        while (end < replacements.length && replacements[end] != 0) {
            end++;
        }
        return end - start <= MOST_REPLACEMENT_BYTES;
    }

    private static boolean hasLeaf(int unit) {
        return (unit >>> 8 & 1) == 1;
    }

    private static int value(int unit) {
        return unit & Integer.MAX_VALUE;
    }

    private static int label(int unit) {
        return unit & (1 << 31 | 0xFF);
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }
}
