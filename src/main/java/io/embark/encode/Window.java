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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * Texts that are embedded together: each distinct one once, in batches of texts of like length under the token budget. Used
 * once, by one thread.
 */
final class Window {
    private static final int NO_VECTOR = -1;

    /** How much of a text an error message shows. */
    private static final int SHOWN_CHARS = 40;

    private final EmbeddingModel model;
    private final EmbedOptions options;
    private final String prompt;
    private final VectorFinish finish;

    private long nulls;
    private long embedded;
    private long truncated;
    private long failed;
    private long tokens;
    private long batches;
    private long tokenizeNanos;
    private long forwardNanos;
    private long waitNanos;
    private int rows;
    private final List<String> distinct = new ArrayList<>();

    Window(EmbeddingModel model, EmbedOptions options, String prompt, VectorFinish finish) {
        this.model = model;
        this.options = options;
        this.prompt = prompt;
        this.finish = finish;
    }

    /** One vector for each text, in order; null where there is none. */
    List<float[]> embed(List<String> texts) {
        rows = texts.size();
        int[] indexes = findDistinct(texts);
        List<TokenizedText> tokenized = tokenize();
        float[][] vectors = compute(tokenized);

        List<float[]> result = new ArrayList<>(texts.size());
        boolean[] given = new boolean[distinct.size()];
        for (int index : indexes) {
            result.add(index == NO_VECTOR ? null : vectorOf(index, tokenized.get(index), vectors, given));
        }
        return result;
    }

    Statistics statistics() {
        return new Statistics(
                rows, nulls, embedded, truncated, failed, tokens, batches, tokenizeNanos, forwardNanos, waitNanos);
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

    private float[][] compute(List<TokenizedText> tokenized) {
        float[][] vectors = new float[tokenized.size()][];
        Integer[] order = new Integer[tokenized.size()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingInt(i -> tokenized.get(i).ids().length));

        List<List<Integer>> members = new ArrayList<>();
        List<PackedBatch> packed = new ArrayList<>();
        for (List<Integer> batch : cut(order, tokenized)) {
            members.add(batch);
            packed.add(PackedBatch.of(
                    batch.stream().map(i -> tokenized.get(i).ids()).toList()));
        }

        List<Future<ComputePool.Result>> results = model.pool().submit(packed);
        long start = System.nanoTime();
        try {
            for (int b = 0; b < results.size(); b++) {
                ComputePool.Result result = results.get(b).get();
                forwardNanos += result.nanos;
                for (int row = 0; row < members.get(b).size(); row++) {
                    vectors[members.get(b).get(row)] = finish.finish(result.pooled, row);
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
        } finally {
            results.forEach(result -> result.cancel(false));
            waitNanos = System.nanoTime() - start;
        }
        return vectors;
    }

    /** Cuts the sorted texts where the next one would exceed the budget; a text longer than the budget stands alone. */
    private List<List<Integer>> cut(Integer[] order, List<TokenizedText> tokenized) {
        int budget = options.get(EmbedOptions.BATCH_TOKENS);
        List<List<Integer>> cut = new ArrayList<>();
        List<Integer> current = new ArrayList<>();
        int filled = 0;
        for (Integer index : order) {
            int length = tokenized.get(index).ids().length;
            boolean skipped = length == 0 || isRefused(tokenized.get(index));
            if (skipped) {
                continue;
            }
            if (filled > 0 && filled + length > budget) {
                cut.add(current);
                current = new ArrayList<>();
                filled = 0;
            }
            current.add(index);
            filled += length;
            tokens += length;
            embedded++;
        }
        if (!current.isEmpty()) {
            cut.add(current);
        }
        batches = cut.size();
        return cut;
    }

    private boolean isRefused(TokenizedText text) {
        return text.truncated() && options.get(EmbedOptions.LONG_TEXT) == LongText.FAIL;
    }

    private float[] vectorOf(int index, TokenizedText text, float[][] vectors, boolean[] given) {
        if (text.truncated()) {
            truncated++;
        }
        if (isRefused(text)) {
            fail(
                    "text '%s': too long".formatted(start(distinct.get(index))),
                    "It has more tokens than the limit, and option long-text is set to fail.",
                    "Set long-text to truncate, or on-error to null.");
            return null;
        }

        float[] vector = vectors[index] == null ? new float[finish.dimension()] : vectors[index];
        if (!isFinite(vector)) {
            fail(
                    "text '%s': its vector is not finite".formatted(start(distinct.get(index))),
                    "The model's own numbers overflow for it.",
                    "Check the model's weights, or set on-error to null.");
            return null;
        }

        // Rows with the same text must not share an array that belongs to the caller.
        float[] own = given[index] ? vector.clone() : vector;
        given[index] = true;
        return own;
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

    private static boolean isFinite(float[] vector) {
        for (float component : vector) {
            if (!Float.isFinite(component)) {
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
