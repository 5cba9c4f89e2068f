package io.embark.torch;

import java.util.Arrays;
import java.util.List;

/** Texts of one forward pass, packed: all their tokens in one row, nothing between them. Immutable. */
public final class PackedBatch {
    private final int[] ids;
    private final long[] runs;
    private final int texts;

    private PackedBatch(int[] ids, long[] runs, int texts) {
        this.ids = ids;
        this.runs = runs;
        this.texts = texts;
    }

    /**
     * Packs texts in the order given. Attention runs once for each run of equally long texts, so these should stand together.
     *
     * @param texts the tokens of each text, {@code [texts][tokens]}; neither the list nor a text is empty
     */
    public static PackedBatch of(List<int[]> texts) {
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
        return new PackedBatch(ids, Arrays.copyOf(runs, used), texts.size());
    }

    /** How many texts are in the batch. */
    public int texts() {
        return texts;
    }

    /** How many tokens are in the batch. */
    public int tokens() {
        return ids.length;
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
