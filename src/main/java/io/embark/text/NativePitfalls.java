/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What is wrong with a {@code tokenizer.json} in a way that the tokenizers library does not refuse but panics at, which ends
 * the whole process since it is called from C.
 */
final class NativePitfalls {
    private NativePitfalls() {}

    /** A sentence on the first that is found. */
    static Optional<String> find(JsonObject json) {
        return json.get("model") instanceof JsonObject model ? mergeWithoutPrefix(model) : Optional.empty();
    }

    /**
     * The library's {@code models/bpe/model.rs} cuts as many bytes from the second part of each merge as the prefix of
     * continuing words has characters, and looks neither at the part's length nor at where its characters begin.
     */
    private static Optional<String> mergeWithoutPrefix(JsonObject model) {
        String prefix = text(model.get("continuing_subword_prefix"));
        if (prefix.isEmpty() || !(model.get("merges") instanceof JsonArray merges)) {
            return Optional.empty();
        }

        int cut = prefix.codePointCount(0, prefix.length());
        for (JsonElement merge : merges) {
            String part = secondPart(merge);
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            boolean beginsThere = cut == bytes.length || (cut < bytes.length && (bytes[cut] & 0xC0) != 0x80);
            if (!beginsThere) {
                return Optional.of("Its merge '%s' does not begin with the prefix '%s' of continuing words."
                        .formatted(part, prefix));
            }
        }
        return Optional.empty();
    }

    /** Merges are texts with a space between the parts, or lists of two. */
    private static String secondPart(JsonElement merge) {
        if (merge instanceof JsonArray parts) {
            return parts.size() == 2 ? text(parts.get(1)) : "";
        }
        String both = text(merge);
        return both.substring(both.indexOf(' ') + 1);
    }

    private static String text(JsonElement element) {
        return element instanceof JsonPrimitive primitive && primitive.isString() ? primitive.getAsString() : "";
    }
}
