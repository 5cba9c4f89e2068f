/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import io.embark.host.Waiting;
import io.embark.text.TokenizedText;
import io.embark.torch.PackedBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/** Runs texts through the network, in batches of texts of like length under the token budget. Used by one thread. */
final class Batches {
    private final LoadedModel model;
    private final int budget;
    private final int unpooledPromptTokens;
    private final Tally tally;
    private final BooleanSupplier cancelled;

    /**
     * @param budget the most tokens of a batch of several texts
     * @param unpooledPromptTokens tokens at the front of each text that are left out of pooling
     * @param tally gets what the batches took
     * @param cancelled asked between batches
     */
    Batches(LoadedModel model, int budget, int unpooledPromptTokens, Tally tally, BooleanSupplier cancelled) {
        this.model = model;
        this.budget = budget;
        this.unpooledPromptTokens = unpooledPromptTokens;
        this.tally = tally;
        this.cancelled = cancelled;
    }

    /** What the network makes of each text, in order; null for null. */
    PooledRow[] run(List<TokenizedText> tokenized) {
        PooledRow[] places = new PooledRow[tokenized.size()];
        int dimension = model.folder().specification().dimension();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < places.length; i++) {
            TokenizedText text = tokenized.get(i);
            if (text != null && text.ids().length == 0 && !model.takesEmptyTexts()) {
                places[i] = new PooledRow(new float[dimension], 0);
            } else if (text != null) {
                order.add(i);
            }
        }
        order.sort(Comparator.comparingInt(i -> tokenized.get(i).ids().length));

        List<List<Integer>> members = cut(order, tokenized);
        List<PackedBatch> packed = members.stream()
                .map(batch -> PackedBatch.of(
                        batch.stream().map(i -> tokenized.get(i).ids()).toList(), unpooledPromptTokens))
                .toList();
        List<Future<ComputePool.Result>> results = model.pool().submit(packed);
        long start = System.nanoTime();
        try {
            for (int b = 0; b < results.size(); b++) {
                ComputePool.Result result = await(results.get(b));
                tally.add(Count.FORWARD, result.nanos);
                for (int row = 0; row < members.get(b).size(); row++) {
                    places[members.get(b).get(row)] = new PooledRow(result.pooled, row);
                }
            }
        } finally {
            results.forEach(result -> result.cancel(false));
            tally.add(Count.WAIT, System.nanoTime() - start);
        }
        return places;
    }

    /** Cuts the sorted texts where the next one would exceed the budget; a text longer than the budget stands alone. */
    private List<List<Integer>> cut(List<Integer> order, List<TokenizedText> tokenized) {
        List<List<Integer>> cut = new ArrayList<>();
        List<Integer> current = new ArrayList<>();
        int filled = 0;
        long tokens = 0;
        long peak = 0;
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
            peak = Math.max(peak, filled);
        }
        if (!current.isEmpty()) {
            cut.add(current);
        }
        tally.add(Count.DISTINCT, order.size());
        tally.add(Count.TOKENS, tokens);
        tally.add(Count.PEAK, peak);
        tally.add(Count.BATCHES, cut.size());
        return cut;
    }

    private ComputePool.Result await(Future<ComputePool.Result> result) {
        try {
            return Waiting.on(result, cancelled, "embedding", EmbeddingErrors::forwardPassFailed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw EmbeddingErrors.interrupted(e);
        }
    }
}
