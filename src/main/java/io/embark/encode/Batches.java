package io.embark.encode;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Waiting;
import io.embark.text.TokenizedText;
import io.embark.torch.PackedBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/** Runs texts through the network, in batches of texts of like length under the token budget. Used by one thread. */
final class Batches {
    private final EmbeddingModel model;
    private final int budget;
    private final int skip;
    private final BooleanSupplier cancelled;

    private long texts;
    private long tokens;
    private long batches;
    private long peakTokens;
    private long forwardNanos;
    private long waitNanos;

    /**
     * @param budget the most tokens of a batch of several texts
     * @param skip tokens at the front of each text that are left out of pooling
     * @param cancelled asked between batches
     */
    Batches(EmbeddingModel model, int budget, int skip, BooleanSupplier cancelled) {
        this.model = model;
        this.budget = budget;
        this.skip = skip;
        this.cancelled = cancelled;
    }

    /** What the network makes of each text, in order; null for null. */
    PooledRow[] run(List<TokenizedText> tokenized) {
        PooledRow[] places = new PooledRow[tokenized.size()];
        int dimension = model.folder().specification().dimension();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < places.length; i++) {
            TokenizedText text = tokenized.get(i);
            if (text != null && text.ids().length == 0 && !model.isTable()) {
                places[i] = new PooledRow(new float[dimension], 0);
            } else if (text != null) {
                order.add(i);
            }
        }
        order.sort(Comparator.comparingInt(i -> tokenized.get(i).ids().length));

        List<List<Integer>> members = cut(order, tokenized);
        List<PackedBatch> packed = members.stream()
                .map(batch -> PackedBatch.of(
                        batch.stream().map(i -> tokenized.get(i).ids()).toList(), skip))
                .toList();
        List<Future<ComputePool.Result>> results = model.pool().submit(packed);
        long start = System.nanoTime();
        try {
            for (int b = 0; b < results.size(); b++) {
                ComputePool.Result result = await(results.get(b));
                forwardNanos += result.nanos;
                for (int row = 0; row < members.get(b).size(); row++) {
                    places[members.get(b).get(row)] = new PooledRow(result.pooled, row);
                }
            }
        } finally {
            results.forEach(result -> result.cancel(false));
            waitNanos += System.nanoTime() - start;
        }
        return places;
    }

    /** What all runs took; what else is counted is 0. */
    Statistics statistics() {
        return new Statistics(0, 0, texts, 0, 0, 0, tokens, batches, peakTokens, 0, forwardNanos, waitNanos);
    }

    /** Cuts the sorted texts where the next one would exceed the budget; a text longer than the budget stands alone. */
    private List<List<Integer>> cut(List<Integer> order, List<TokenizedText> tokenized) {
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
            peakTokens = Math.max(peakTokens, filled);
        }
        if (!current.isEmpty()) {
            cut.add(current);
        }
        batches += cut.size();
        texts += order.size();
        return cut;
    }

    private ComputePool.Result await(Future<ComputePool.Result> result) {
        try {
            return Waiting.on(result, cancelled, "embedding", Batches::failed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbarkException(
                    ErrorCode.COMPUTE_FAILED,
                    "embedding was interrupted",
                    "Somebody asked this thread to stop.",
                    "Nothing has to be done; run it again if that was a mistake.",
                    e);
        }
    }

    private static EmbarkException failed(Throwable thrown) {
        return new EmbarkException(
                ErrorCode.COMPUTE_FAILED,
                "the forward pass failed",
                thrown.toString(),
                "Report this with the model's name.",
                thrown);
    }
}
