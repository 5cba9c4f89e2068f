/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Texts of one forward pass, packed: all their tokens in one row, nothing between them. Immutable.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class PackedBatch {
    private final int[] ids;
    private final long[] runs;
    private final int texts;
    private final int unpooledPromptTokens;

    private PackedBatch(int[] ids, long[] runs, int texts, int unpooledPromptTokens) {
        this.ids = ids;
        this.runs = runs;
        this.texts = texts;
        this.unpooledPromptTokens = unpooledPromptTokens;
    }

    /**
     * Packs texts in the order given. Attention runs once for each run of equally long texts, so these should stand together.
     *
     * @param texts the tokens of each text, {@code [texts][tokens]}; not empty; a text may be empty where the network is a table
     * @param unpooledPromptTokens how many tokens at the front of each text are left out of pooling, at least 0
     */
    public static PackedBatch of(List<int[]> texts, int unpooledPromptTokens) {
        int[] ids = new int[texts.stream().mapToInt(text -> text.length).sum()];
        long[] runs = new long[2 * texts.size()];
        int start = 0;
        int used = 0;
        for (int[] text : texts) {
            System.arraycopy(text, 0, ids, start, text.length);
            start += text.length;
            if (used > 0 && runs[used - 2] == text.length) {
                runs[used - 1]++;
            } else {
                runs[used] = text.length;
                runs[used + 1] = 1;
                used += 2;
            }
        }
        return new PackedBatch(ids, Arrays.copyOf(runs, used), texts.size(), unpooledPromptTokens);
    }

    /**
     * The batch in parts for an engine that pads: none has more than a quarter more places, padding included, than the whole
     * batch has tokens.
     */
    List<PackedBatch> paddedParts() {
        List<PackedBatch> parts = new ArrayList<>();
        long most = ids.length + ids.length / 4L;
        int firstRun = 0;
        int firstId = 0;
        int nextId = 0;
        long longest = 0;
        long count = 0;
        for (int run = 0; run < runs.length; run += 2) {
            long longer = Math.max(longest, runs[run]);
            if (run > firstRun && longer * (count + runs[run + 1]) > most) {
                parts.add(part(firstRun, run, firstId, nextId, (int) count));
                firstRun = run;
                firstId = nextId;
                longer = runs[run];
                count = 0;
            }
            longest = longer;
            count += runs[run + 1];
            nextId += (int) (runs[run] * runs[run + 1]);
        }
        parts.add(part(firstRun, runs.length, firstId, nextId, (int) count));
        return parts;
    }

    /** The batch in two parts of whole texts, of about as many tokens each; it has at least two texts. */
    List<PackedBatch> halves() {
        int[] lengths = lengths();
        int cut = 1;
        int tokens = lengths[0];
        while (cut < texts - 1 && tokens + lengths[cut] <= ids.length / 2) {
            tokens += lengths[cut];
            cut++;
        }
        return List.of(some(lengths, 0, cut), some(lengths, cut, texts));
    }

    private int[] lengths() {
        int[] lengths = new int[texts];
        int filled = 0;
        for (int run = 0; run < runs.length; run += 2) {
            Arrays.fill(lengths, filled, filled + (int) runs[run + 1], (int) runs[run]);
            filled += (int) runs[run + 1];
        }
        return lengths;
    }

    private PackedBatch some(int[] lengths, int first, int end) {
        int start = Arrays.stream(lengths, 0, first).sum();
        List<int[]> some = new ArrayList<>();
        for (int text = first; text < end; text++) {
            some.add(Arrays.copyOfRange(ids, start, start + lengths[text]));
            start += lengths[text];
        }
        return of(some, unpooledPromptTokens);
    }

    private PackedBatch part(int firstRun, int endRun, int firstId, int endId, int count) {
        return new PackedBatch(
                Arrays.copyOfRange(ids, firstId, endId),
                Arrays.copyOfRange(runs, firstRun, endRun),
                count,
                unpooledPromptTokens);
    }

    /** Tokens of the longest text. */
    int longest() {
        long longest = 0;
        for (int run = 0; run < runs.length; run += 2) {
            longest = Math.max(longest, runs[run]);
        }
        return (int) longest;
    }

    /** How many texts are in the batch. */
    int texts() {
        return texts;
    }

    /** How many tokens are in the batch. */
    int tokens() {
        return ids.length;
    }

    /** How many tokens at the front of each text are left out of pooling. */
    int unpooledPromptTokens() {
        return unpooledPromptTokens;
    }

    /** The tokens of all texts, one text after the other, {@code [tokens]}; not a copy. */
    int[] ids() {
        return ids;
    }

    /** Length and count of each run of equally long texts, {@code [length0, count0, length1, count1, ...]}; not a copy. */
    long[] runs() {
        return runs;
    }
}
