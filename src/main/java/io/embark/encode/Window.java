package io.embark.encode;

import io.embark.BlankText;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.LongText;
import io.embark.OnError;
import io.embark.text.TokenizedText;
import io.embark.torch.PackedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Texts that go through the network together: each distinct one once, in batches of texts of like length under the token
 * budget. Used once, by one thread.
 */
final class Window {
    private static final int NO_VECTOR = -1;

    /** How often a caller who waits is asked whether it still wants what it waits for. */
    private static final long ASK_MILLIS = 20;

    /** How much of a text an error message shows. */
    private static final int SHOWN_CHARS = 40;

    private final EmbeddingModel model;
    private final EmbedOptions options;
    private final String prompt;
    private final BooleanSupplier cancelled;

    private long nulls;
    private long embedded;
    private long truncated;
    private long failed;
    private long tokens;
    private long batches;
    private long peakBatchTokens;
    private long tokenizeNanos;
    private long forwardNanos;
    private long waitNanos;
    private final List<String> distinct = new ArrayList<>();

    /**
     * @param prompt put before every text
     * @param cancelled asked between batches
     */
    Window(EmbeddingModel model, EmbedOptions options, String prompt, BooleanSupplier cancelled) {
        this.model = model;
        this.options = options;
        this.prompt = prompt;
        this.cancelled = cancelled;
    }

    /** What the network makes of each text, in order. */
    PooledTexts pool(List<String> texts) {
        int[] indexes = findDistinct(texts);
        List<TokenizedText> tokenized = tokenize();
        countLong(indexes, tokenized);
        PooledTexts.Place[] distinctPlaces = compute(tokenized);
        countBroken(indexes, distinctPlaces);

        PooledTexts.Place[] places = new PooledTexts.Place[indexes.length];
        for (int i = 0; i < places.length; i++) {
            places[i] = indexes[i] == NO_VECTOR ? null : distinctPlaces[indexes[i]];
        }
        return new PooledTexts(places, statistics(texts.size()));
    }

    private Statistics statistics(int texts) {
        return new Statistics(
                texts,
                nulls,
                embedded,
                truncated,
                failed,
                tokens,
                batches,
                peakBatchTokens,
                tokenizeNanos,
                forwardNanos,
                waitNanos);
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
        nulls = Arrays.stream(indexes).filter(index -> index == NO_VECTOR).count() - failed;
        return indexes;
    }

    private boolean embedsBlank(String text) {
        BlankText policy = options.get(EmbedOptions.BLANK);
        if (policy == BlankText.FAIL) {
            fail(
                    "a blank text of %d characters: refused".formatted(text.length()),
                    "Option blank is set to fail.",
                    "Set blank to embed or null, or on-error to null, or leave such rows out.");
        }
        return policy == BlankText.EMBED;
    }

    private List<TokenizedText> tokenize() {
        long start = System.nanoTime();
        List<String> prompted = prompt.isEmpty()
                ? distinct
                : distinct.stream().map(prompt::concat).toList();
        List<TokenizedText> tokenized = model.tokenizer().tokenize(prompted);
        tokenizeNanos = System.nanoTime() - start;
        return tokenized;
    }

    /** Before the network runs, since a refusal may throw all of its work away. */
    private void countLong(int[] indexes, List<TokenizedText> tokenized) {
        for (int index : indexes) {
            if (index != NO_VECTOR && tokenized.get(index).truncated()) {
                if (refusesLong()) {
                    fail(
                            "text '%s': too long".formatted(start(distinct.get(index))),
                            "It has more tokens than the limit, and option long-text is set to fail.",
                            "Set long-text to truncate, or on-error to null.");
                } else {
                    truncated++;
                }
            }
        }
    }

    private boolean refusesLong() {
        return options.get(EmbedOptions.LONG_TEXT) == LongText.FAIL;
    }

    private PooledTexts.Place[] compute(List<TokenizedText> tokenized) {
        PooledTexts.Place[] places = new PooledTexts.Place[tokenized.size()];
        float[] zeros = new float[model.folder().specification().dimension()];
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < places.length; i++) {
            TokenizedText text = tokenized.get(i);
            if (text.ids().length == 0) {
                places[i] = new PooledTexts.Place(zeros, 0);
            } else if (!(text.truncated() && refusesLong())) {
                order.add(i);
            }
        }
        order.sort(Comparator.comparingInt(i -> tokenized.get(i).ids().length));

        List<List<Integer>> members = cut(order, tokenized);
        List<PackedBatch> packed = members.stream()
                .map(batch -> PackedBatch.of(
                        batch.stream().map(i -> tokenized.get(i).ids()).toList(), 0))
                .toList();
        List<Future<ComputePool.Result>> results = model.pool().submit(packed);
        long start = System.nanoTime();
        try {
            for (int b = 0; b < results.size(); b++) {
                ComputePool.Result result = await(results.get(b));
                forwardNanos += result.nanos;
                for (int row = 0; row < members.get(b).size(); row++) {
                    places[members.get(b).get(row)] = new PooledTexts.Place(result.pooled, row);
                }
            }
        } finally {
            results.forEach(result -> result.cancel(false));
            waitNanos = System.nanoTime() - start;
        }
        return places;
    }

    private ComputePool.Result await(Future<ComputePool.Result> result) {
        try {
            while (true) {
                if (cancelled.getAsBoolean()) {
                    throw new CancellationException("embedding was cancelled");
                }
                try {
                    // Others' batches may be before this one, so its end may be far away.
                    return result.get(ASK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    // Asks again.
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbarkException(
                    ErrorCode.COMPUTE_FAILED,
                    "embedding was interrupted",
                    "Somebody asked this thread to stop.",
                    "Nothing has to be done; run it again if that was a mistake.",
                    e);
        } catch (ExecutionException e) {
            throw unwrap(e);
        }
    }

    private void countBroken(int[] indexes, PooledTexts.Place[] places) {
        Set<Integer> broken = new HashSet<>();
        int dimension = model.folder().specification().dimension();
        for (int i = 0; i < places.length; i++) {
            if (places[i] != null && !isFinite(places[i], dimension)) {
                broken.add(i);
                places[i] = null;
            }
        }
        for (int index : indexes) {
            if (broken.contains(index)) {
                fail(
                        "text '%s': its vector is not finite".formatted(start(distinct.get(index))),
                        "The model's own numbers overflow for it.",
                        "Check the model's weights, or set on-error to null.");
            }
        }
    }

    /** Cuts the sorted texts where the next one would exceed the budget; a text longer than the budget stands alone. */
    private List<List<Integer>> cut(List<Integer> order, List<TokenizedText> tokenized) {
        int budget = options.get(EmbedOptions.BATCH_TOKENS);
        List<List<Integer>> cut = new ArrayList<>();
        List<Integer> current = new ArrayList<>();
        int filled = 0;
        for (Integer index : order) {
            int length = tokenized.get(index).ids().length;
            if (filled > 0 && filled + length > budget) {
                cut.add(current);
                current = new ArrayList<>();
                filled = 0;
            }
            current.add(index);
            filled += length;
            tokens += length;
            peakBatchTokens = Math.max(peakBatchTokens, filled);
        }
        if (!current.isEmpty()) {
            cut.add(current);
        }
        batches = cut.size();
        embedded = order.size();
        return cut;
    }

    private void fail(String problem, String cause, String remedy) {
        if (options.get(EmbedOptions.ON_ERROR) == OnError.FAIL) {
            throw new EmbarkException(ErrorCode.TEXT_REFUSED, problem, cause, remedy);
        }
        failed++;
    }

    private static String start(String text) {
        boolean cut = text.length() > SHOWN_CHARS;
        // A surrogate is matched only without its partner, which the cut may have taken.
        return (cut ? text.substring(0, SHOWN_CHARS) : text).replaceAll("[\\p{Cc}\\p{Cs}]", " ") + (cut ? "..." : "");
    }

    private static boolean isFinite(PooledTexts.Place place, int dimension) {
        int start = place.row * dimension;
        for (int i = start; i < start + dimension; i++) {
            if (!Float.isFinite(place.pooled[i])) {
                return false;
            }
        }
        return true;
    }

    private static RuntimeException unwrap(ExecutionException e) {
        if (e.getCause() instanceof EmbarkException known) {
            return known;
        }
        return new EmbarkException(
                ErrorCode.COMPUTE_FAILED,
                "the forward pass failed",
                String.valueOf(e.getCause()).replace('\n', ' '),
                "Report this with the model's name.",
                e);
    }
}
