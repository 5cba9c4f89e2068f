/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import io.embark.BlankText;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.LongText;
import io.embark.OnError;
import io.embark.text.TextChunk;
import io.embark.text.TextChunker;
import io.embark.text.TokenizedText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Texts that go through the network together, each distinct one once. Used once, by one thread. */
final class TextWindow {
    private static final int NO_VECTOR = -1;

    private final LoadedModel model;
    private final EmbedOptions options;
    private final LongText longText;
    private final String prompt;
    private final Batches batches;

    private final Tally tally = new Tally();
    private final List<String> distinct = new ArrayList<>();

    /** Of each distinct text; 0 where no text is read in chunks. */
    private int[] chunkCounts = {};

    /**
     * @param prompt put before every text
     * @param unpooledPromptTokens tokens at the front of each text that are left out of pooling
     * @param cancelled asked between batches
     */
    TextWindow(
            LoadedModel model,
            EmbedOptions options,
            String prompt,
            int unpooledPromptTokens,
            BooleanSupplier cancelled) {
        this.model = model;
        this.options = options;
        this.longText = options.get(EmbedOptions.LONG_TEXT);
        this.prompt = prompt;
        this.batches = new Batches(model, model.batchTokens(options), unpooledPromptTokens, tally, cancelled);
    }

    /** What the network makes of each text, in order. */
    PooledTexts pool(List<String> texts) {
        int[] indexes = findDistinct(texts);
        List<TokenizedText> tokenized = tokenize();
        countLong(indexes, tokenized);
        chunkCounts = new int[tokenized.size()];
        List<List<PooledChunk>> distinctChunks = longText.readsChunks() ? computeChunks(tokenized) : compute(tokenized);
        countBroken(indexes, distinctChunks);

        List<List<PooledChunk>> pooled = new ArrayList<>();
        for (int index : indexes) {
            pooled.add(index == NO_VECTOR ? null : distinctChunks.get(index));
            if (index != NO_VECTOR && distinctChunks.get(index) != null) {
                tally.add(Count.CHUNKS, chunkCounts[index]);
            }
        }
        tally.add(Count.TEXTS, texts.size());
        return new PooledTexts(pooled, tally.counts());
    }

    /** For each text the index of its distinct one. */
    private int[] findDistinct(List<String> texts) {
        Map<String, Integer> known = new HashMap<>();
        int[] indexes = new int[texts.size()];
        for (int i = 0; i < indexes.length; i++) {
            String text = texts.get(i);
            if (text == null || (text.isBlank() && !embedsBlank(text))) {
                indexes[i] = NO_VECTOR;
                continue;
            }
            Integer index = known.putIfAbsent(text, distinct.size());
            if (index == null) {
                index = distinct.size();
                distinct.add(text);
            }
            indexes[i] = index;
        }
        long withoutVector =
                Arrays.stream(indexes).filter(index -> index == NO_VECTOR).count();
        tally.add(Count.NULLS, withoutVector - tally.get(Count.FAILED));
        return indexes;
    }

    private boolean embedsBlank(String text) {
        BlankText policy = options.get(EmbedOptions.BLANK);
        if (policy == BlankText.FAIL) {
            fail(() -> EmbeddingErrors.blankText(text));
        }
        return policy == BlankText.EMBED;
    }

    private List<TokenizedText> tokenize() {
        long start = System.nanoTime();
        List<String> prompted = prompt.isEmpty()
                ? distinct
                : distinct.stream().map(prompt::concat).toList();
        List<TokenizedText> tokenized = model.tokenizer().tokenize(prompted);
        tally.add(Count.TOKENIZE, System.nanoTime() - start);
        return tokenized;
    }

    /** Before the network runs, since a refusal may throw all of its work away. */
    private void countLong(int[] indexes, List<TokenizedText> tokenized) {
        for (int index : indexes) {
            if (index == NO_VECTOR || !tokenized.get(index).truncated()) {
                continue;
            }
            if (longText == LongText.FAIL) {
                fail(() -> EmbeddingErrors.tooLong(distinct.get(index)));
            } else if (longText == LongText.TRUNCATE) {
                tally.add(Count.TRUNCATED, 1);
            }
        }
    }

    private List<List<PooledChunk>> compute(List<TokenizedText> tokenized) {
        List<TokenizedText> taken = new ArrayList<>(tokenized);
        taken.replaceAll(text -> text.truncated() && longText == LongText.FAIL ? null : text);
        List<List<PooledChunk>> pooled = new ArrayList<>();
        for (PooledRow place : batches.run(taken)) {
            pooled.add(place == null ? null : List.of(new PooledChunk(0, 0, place)));
        }
        return pooled;
    }

    /** The chunks of each text, or the one that stands for all of them. */
    private List<List<PooledChunk>> computeChunks(List<TokenizedText> tokenized) {
        List<List<PooledChunk>> pooled = new ArrayList<>();
        tokenized.forEach(text -> pooled.add(new ArrayList<>()));
        Map<Integer, ChunkMean> means = new HashMap<>();
        ChunkedTexts runs = new ChunkedTexts(batches, (text, chunk, place) -> {
            chunkCounts[text]++;
            if (longText == LongText.CHUNKS || !tokenized.get(text).truncated()) {
                pooled.get(text).add(new PooledChunk(chunk.start(), chunk.end(), place));
            } else {
                means.computeIfAbsent(
                                text, first -> new ChunkMean(model.folder().specification()))
                        .add(chunk, place);
            }
        });
        for (int i = 0; i < tokenized.size(); i++) {
            String text = distinct.get(i);
            if (tokenized.get(i).truncated()) {
                runs.add(i, new TextChunker(model.tokenizer(), prompt, text));
            } else {
                runs.add(i, TextChunk.whole(text, tokenized.get(i)));
            }
        }
        runs.endRound();
        means.forEach((text, mean) -> pooled.get(text).add(new PooledChunk(0, 0, mean.place())));
        return pooled;
    }

    private void countBroken(int[] indexes, List<List<PooledChunk>> pooled) {
        Set<Integer> broken = new HashSet<>();
        int dimension = model.folder().specification().dimension();
        for (int i = 0; i < pooled.size(); i++) {
            if (pooled.get(i) != null
                    && !pooled.get(i).stream().allMatch(chunk -> isFinite(chunk.place(), dimension))) {
                broken.add(i);
                pooled.set(i, null);
            }
        }
        for (int index : indexes) {
            if (broken.contains(index)) {
                fail(() -> EmbeddingErrors.notFinite(distinct.get(index)));
            }
        }
    }

    private void fail(Supplier<EmbarkException> refusal) {
        if (options.get(EmbedOptions.ON_ERROR) == OnError.FAIL) {
            throw refusal.get();
        }
        tally.add(Count.FAILED, 1);
    }

    private static boolean isFinite(PooledRow place, int dimension) {
        int start = place.row * dimension;
        for (int i = start; i < start + dimension; i++) {
            if (!Float.isFinite(place.pooled[i])) {
                return false;
            }
        }
        return true;
    }
}
