/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import io.embark.BlankText;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Texts that go through the network together, each distinct one once. Used once, by one thread. */
final class TextWindow {
    private static final Logger LOG = LoggerFactory.getLogger(TextWindow.class);

    /** Of those without a vector in one process: enough to see why. */
    private static final int MOST_LOGGED = 10;

    private static final AtomicInteger LOGGED = new AtomicInteger();

    private static final int NO_VECTOR = -1;

    private final LoadedModel model;
    private final EmbedOptions options;
    private final LongText longText;
    private final String prompt;
    private final Batches batches;

    private final Tally tally = new Tally();
    private final List<String> distinct = new ArrayList<>();

    /** Why a distinct text has no vector. */
    private final Map<Integer, Refusal> refusals = new HashMap<>();

    /** Why a text has no vector that is not among the distinct ones. */
    private final Map<Integer, Refusal> blanks = new HashMap<>();

    /** Those of them that are counted. */
    private final Set<Integer> counted = new HashSet<>();

    /** Distinct texts that had more characters than are read. */
    private final Set<Integer> cut = new HashSet<>();

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
        // Each before more work is done, since a refusal may throw all of it away.
        refuseTooManyCharacters();
        countRefused(indexes);
        List<TokenizedText> tokenized = tokenize();
        refuseByTokens(tokenized);
        countRefused(indexes);
        countTruncated(indexes, tokenized);
        chunkCounts = new int[tokenized.size()];
        List<List<PooledChunk>> distinctChunks = longText.readsChunks() ? computeChunks(tokenized) : compute(tokenized);
        refuseNotFinite(distinctChunks);
        countRefused(indexes);

        List<List<PooledChunk>> pooled = new ArrayList<>();
        for (int index : indexes) {
            boolean hasVector = index != NO_VECTOR && !isRefused(index);
            pooled.add(hasVector ? distinctChunks.get(index) : null);
            if (hasVector) {
                tally.add(Count.CHUNKS, chunkCounts[index]);
            }
        }
        tally.add(Count.TEXTS, texts.size());
        return new PooledTexts(pooled, reasons(indexes), tally.counts());
    }

    /** For each text the index of its distinct one. */
    private int[] findDistinct(List<String> texts) {
        Map<String, Integer> known = new HashMap<>();
        int[] indexes = new int[texts.size()];
        for (int i = 0; i < indexes.length; i++) {
            String text = texts.get(i);
            if (text == null || (text.isBlank() && !embedsBlank(i, text))) {
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

    private boolean embedsBlank(int index, String text) {
        BlankText policy = options.get(EmbedOptions.BLANK);
        if (policy == BlankText.FAIL) {
            Refusal refusal = Refusal.blank(text);
            blanks.put(index, refusal);
            fail(refusal);
        }
        return policy == BlankText.EMBED;
    }

    /** Cuts a text that has more than are read, or refuses it where it would be read to its end. */
    private void refuseTooManyCharacters() {
        int most = options.get(EmbedOptions.MAX_TEXT_CHARACTERS);
        for (int i = 0; i < distinct.size(); i++) {
            String text = distinct.get(i);
            if (text.length() <= most || text.codePointCount(0, text.length()) <= most) {
                continue;
            }
            if (longText == LongText.TRUNCATE) {
                cut.add(i);
                distinct.set(i, text.substring(0, text.offsetByCodePoints(0, most)));
            } else {
                refusals.put(i, Refusal.tooManyCharacters(text, most));
            }
        }
    }

    private List<TokenizedText> tokenize() {
        long start = System.nanoTime();
        List<String> prompted = new ArrayList<>(distinct.size());
        for (int i = 0; i < distinct.size(); i++) {
            prompted.add(isRefused(i) ? "" : prompt.isEmpty() ? distinct.get(i) : prompt.concat(distinct.get(i)));
        }
        List<TokenizedText> tokenized = model.tokenizer().tokenize(prompted);
        tally.add(Count.TOKENIZE, System.nanoTime() - start);
        return tokenized;
    }

    private void refuseByTokens(List<TokenizedText> tokenized) {
        for (int i = 0; i < tokenized.size(); i++) {
            TokenizedText tokens = tokenized.get(i);
            String text = distinct.get(i);
            if (longText == LongText.FAIL && tokens.truncated()) {
                refusals.putIfAbsent(i, Refusal.tooLong(text));
            } else if (tokens.misses().isPresent()) {
                refuseToken(i, tokens);
            }
        }
    }

    private void refuseToken(int index, TokenizedText tokens) {
        String text = distinct.get(index);
        refusals.putIfAbsent(index, Refusal.missesToken(text, tokens.misses().orElseThrow(), model.folder()));
    }

    private void countTruncated(int[] indexes, List<TokenizedText> tokenized) {
        if (longText != LongText.TRUNCATE) {
            return;
        }
        for (int index : indexes) {
            if (index != NO_VECTOR
                    && !isRefused(index)
                    && (cut.contains(index) || tokenized.get(index).truncated())) {
                tally.add(Count.TRUNCATED, 1);
            }
        }
    }

    private List<List<PooledChunk>> compute(List<TokenizedText> tokenized) {
        List<TokenizedText> taken = new ArrayList<>(tokenized);
        refusals.keySet().forEach(index -> taken.set(index, null));
        List<List<PooledChunk>> pooled = new ArrayList<>();
        for (PooledRow place : batches.run(taken)) {
            pooled.add(place == null ? List.of() : List.of(new PooledChunk(0, 0, place)));
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
            if (place == null) {
                refuseToken(text, chunk.tokens());
            } else if (longText == LongText.CHUNKS || !tokenized.get(text).truncated()) {
                pooled.get(text).add(new PooledChunk(chunk.start(), chunk.end(), place));
            } else {
                means.computeIfAbsent(
                                text, first -> new ChunkMean(model.folder().specification()))
                        .add(chunk, place);
            }
        });
        for (int i = 0; i < tokenized.size(); i++) {
            String text = distinct.get(i);
            if (!isRefused(i) && tokenized.get(i).truncated()) {
                runs.add(i, new TextChunker(model.tokenizer(), prompt, text));
            } else if (!isRefused(i)) {
                runs.add(i, TextChunk.whole(text, tokenized.get(i)));
            }
        }
        runs.endRound();
        means.forEach((text, mean) -> pooled.get(text).add(new PooledChunk(0, 0, mean.place())));
        return pooled;
    }

    private void refuseNotFinite(List<List<PooledChunk>> pooled) {
        int dimension = model.folder().specification().dimension();
        for (int i = 0; i < pooled.size(); i++) {
            String text = distinct.get(i);
            if (!pooled.get(i).stream().allMatch(chunk -> isFinite(chunk.place(), dimension))) {
                refusals.putIfAbsent(i, Refusal.notFinite(text));
            }
        }
    }

    private boolean isRefused(int index) {
        return refusals.containsKey(index);
    }

    /** Fails for the first text that is refused, or counts those that were not counted yet, equal ones too. */
    private void countRefused(int[] indexes) {
        for (int index : indexes) {
            if (index != NO_VECTOR && isRefused(index) && !counted.contains(index)) {
                fail(refusals.get(index));
            }
        }
        counted.addAll(refusals.keySet());
    }

    /** For each text without a vector why it has none; nothing of those that were null, or left out on purpose. */
    private Map<Integer, String> reasons(int[] indexes) {
        Map<Integer, String> reasons = new HashMap<>();
        blanks.forEach((text, refusal) -> reasons.put(text, refusal.why()));
        for (int text = 0; text < indexes.length && !refusals.isEmpty(); text++) {
            Refusal refusal = refusals.get(indexes[text]);
            if (refusal != null) {
                reasons.put(text, refusal.why());
            }
        }
        return reasons;
    }

    private void fail(Refusal refusal) {
        if (options.get(EmbedOptions.ON_ERROR) == OnError.FAIL) {
            throw refusal.error().get();
        }
        if (LOGGED.getAndIncrement() < MOST_LOGGED) {
            LOG.warn("No vector: {}", refusal.error().get().getMessage().replace('\n', ' '));
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
