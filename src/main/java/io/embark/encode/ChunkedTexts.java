/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import io.embark.host.Waiting;
import io.embark.text.TextChunk;
import io.embark.text.TokenizedText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Runs texts of any length through the network, chunk by chunk, equal chunks that are near each other once. Holds no more
 * chunks at a time than a round has, however long a text is. Used by one thread.
 */
final class ChunkedTexts {
    /** Enough to sort and to fill many batches. */
    private static final int ROUND_TOKENS = 1 << 17;

    /** Gets the chunks of a text in order, as soon as the network is through with them; no place for one not computed. */
    interface Receiver {
        void receive(int text, TextChunk chunk, PooledRow place);
    }

    /** Where the place of a chunk is among those of the round. */
    private record Waiting(int text, TextChunk chunk, int distinct) {}

    private final Batches batches;
    private final Receiver receiver;

    private final List<Waiting> waiting = new ArrayList<>();
    private final Map<String, Integer> known = new HashMap<>();
    private final List<TokenizedText> distinct = new ArrayList<>();
    private int tokens;

    ChunkedTexts(Batches batches, Receiver receiver) {
        this.batches = batches;
        this.receiver = receiver;
    }

    /** Takes a text as chunks that are made one after the other. */
    void add(int text, Iterator<TextChunk> parts) {
        while (parts.hasNext()) {
            add(text, parts.next());
        }
    }

    /** Takes the next chunk of a text. */
    void add(int text, TextChunk chunk) {
        Integer index = known.putIfAbsent(chunk.text(), distinct.size());
        if (index == null) {
            index = distinct.size();
            // One with a token that the weights lack is not computed, and its receiver told so.
            distinct.add(chunk.tokens().misses().isPresent() ? null : chunk.tokens());
            tokens += chunk.tokens().ids().length;
        }
        waiting.add(new Waiting(text, chunk, index));
        if (tokens >= ROUND_TOKENS || waiting.size() >= ROUND_TOKENS) {
            endRound();
        }
    }

    /** Runs what waits. */
    void endRound() {
        PooledRow[] places = batches.run(distinct);
        waiting.forEach(each -> receiver.receive(each.text(), each.chunk(), places[each.distinct()]));
        waiting.clear();
        known.clear();
        distinct.clear();
        tokens = 0;
    }
}
