/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How many characters normalisers make of one at most, one after the other: a few that double what the one before made are
 * enough to fill any memory.
 */
final class TextGrowth {
    /** Some models put blanks around each sign, or bytes in place of characters. */
    private static final long MOST = 16;

    /** What Unicode's own forms make of one character is the text's, not the tokenizer's. */
    private final Map<Integer, Long> byCharacter = new HashMap<>();

    private long ofOthers = 1;

    private TextGrowth() {}

    /** A sentence if it is too much. */
    static Optional<String> problem(List<JsonObject> normalizers) {
        return of(normalizers) > MOST
                ? Optional.of("Together its parts make more than %s characters of one.".formatted(MOST))
                : Optional.empty();
    }

    /** The most characters; more than can be are as many as one more. */
    static long of(List<JsonObject> normalizers) {
        TextGrowth growth = new TextGrowth();
        for (int i = normalizers.size() - 1; i >= 0 && growth.most() <= MOST; i--) {
            growth.before(normalizers.get(i));
        }
        return Math.min(growth.most(), MOST + 1);
    }

    /** From what characters become behind a normaliser to what they become with it. */
    private void before(JsonObject normalizer) {
        switch (normalizer.get("type").getAsString()) {
            case "Replace" -> {
                long grown = length(normalizer.get("content").getAsString());
                JsonObject pattern = normalizer.getAsJsonObject("pattern");
                if (pattern.has("String")) {
                    replaces(pattern.get("String").getAsString(), grown);
                } else {
                    ofOthers = Math.max(ofOthers, grown);
                    byCharacter.replaceAll((character, most) -> Math.max(most, ofOthers));
                }
            }
            case "BertNormalizer" ->
                anyMayBecomeAny(normalizer.get("handle_chinese_chars").getAsBoolean() ? 3 : 1);
            case "ByteLevel" -> anyMayBecomeAny(4);
            case "Prepend", "Strip" -> {}
            default -> anyMayBecomeAny(1);
        }
    }

    private void replaces(String pattern, long grown) {
        int first = pattern.codePointAt(0);
        int characters = pattern.codePointCount(0, pattern.length());
        long each = (grown + characters - 1) / characters;
        if (characters == 1) {
            byCharacter.put(first, each);
        } else {
            pattern.codePoints()
                    .forEach(character -> byCharacter.merge(character, Math.max(each, ofOthers), Math::max));
        }
    }

    private void anyMayBecomeAny(long times) {
        ofOthers = Math.min(times * most(), MOST + 1);
        byCharacter.clear();
    }

    private long length(String text) {
        return text.codePoints()
                .mapToLong(character -> byCharacter.getOrDefault(character, ofOthers))
                .sum();
    }

    private long most() {
        return byCharacter.values().stream().mapToLong(Long::longValue).reduce(ofOthers, Math::max);
    }
}
