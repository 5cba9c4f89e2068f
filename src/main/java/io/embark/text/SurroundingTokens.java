/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The tokens that a tokenizer puts before and behind every text. */
final class SurroundingTokens {
    static final SurroundingTokens NONE = new SurroundingTokens(new long[0], new long[0]);

    private final long[] before;
    private final long[] behind;

    private SurroundingTokens(long[] before, long[] behind) {
        this.before = before;
        this.behind = behind;
    }

    /** Those of the post-processor of a tokenizer that has been read. */
    static SurroundingTokens of(JsonObject tokenizer) {
        for (JsonObject step : TokenizerParts.POST_PROCESSORS.steps(tokenizer.get("post_processor"))) {
            if (step.has("cls")) {
                return new SurroundingTokens(id(step, "cls"), id(step, "sep"));
            }
            if (step.has("single")) {
                return ofTemplate(step);
            }
        }
        return NONE;
    }

    int count() {
        return before.length + behind.length;
    }

    /**
     * Pieces of a text, in the order in which they stand in it, with these tokens around them.
     *
     * @param most how many tokens of the text are kept
     * @param last whether the last are kept, and not the first
     */
    long[] around(List<long[]> pieces, int most, boolean last) {
        long all = pieces.stream().mapToLong(piece -> piece.length).sum();
        LongStream kept = pieces.stream()
                .flatMapToLong(LongStream::of)
                .skip(last ? Math.max(all - most, 0) : 0)
                .limit(most);
        return Stream.of(LongStream.of(before), kept, LongStream.of(behind))
                .flatMapToLong(tokens -> tokens)
                .toArray();
    }

    private static long[] id(JsonObject processor, String field) {
        return new long[] {processor.getAsJsonArray(field).get(1).getAsLong()};
    }

    private static SurroundingTokens ofTemplate(JsonObject template) {
        LongStream.Builder before = LongStream.builder();
        LongStream.Builder behind = LongStream.builder();
        LongStream.Builder side = before;
        for (JsonElement piece : template.getAsJsonArray("single")) {
            if (piece.getAsJsonObject().get("SpecialToken") instanceof JsonObject token) {
                for (JsonElement id : template.getAsJsonObject("special_tokens")
                        .getAsJsonObject(token.get("id").getAsString())
                        .getAsJsonArray("ids")) {
                    side.add(id.getAsLong());
                }
            } else {
                side = behind;
            }
        }
        return new SurroundingTokens(before.build().toArray(), behind.build().toArray());
    }
}
