package io.embark.encode;

/**
 * What embedding some texts took. Values add up: the statistics of a run are the sum of those of its windows.
 *
 * @param texts texts that came in, null ones included
 * @param nulls texts that were null, or blank where blank texts become null
 * @param distinct texts or chunks that went through the model; equal ones of one window count once
 * @param truncated texts that were cut to the limit, equal ones included
 * @param chunks chunks that texts were cut into, the whole of one that fits included, those of equal texts too; 0 where long texts are not read in chunks
 * @param failed texts that could not be embedded and have no vector for it, equal ones included
 * @param tokens tokens that went through the model, special tokens and prompt included
 * @param batches forward passes
 * @param peakBatchTokens tokens of the largest batch; of several statistics the largest
 * @param tokenizeNanos time spent on repairing, cutting and tokenising texts, summed over threads, in nanoseconds
 * @param forwardNanos time spent in the model, summed over compute threads, in nanoseconds
 * @param waitNanos time that callers waited for compute threads to finish their batches, in nanoseconds
 */
public record Statistics(
        long texts,
        long nulls,
        long distinct,
        long truncated,
        long chunks,
        long failed,
        long tokens,
        long batches,
        long peakBatchTokens,
        long tokenizeNanos,
        long forwardNanos,
        long waitNanos) {
    /** The statistics of nothing. */
    public static final Statistics NONE = new Statistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** The sum of both, and the larger peak. */
    public Statistics plus(Statistics other) {
        return new Statistics(
                texts + other.texts,
                nulls + other.nulls,
                distinct + other.distinct,
                truncated + other.truncated,
                chunks + other.chunks,
                failed + other.failed,
                tokens + other.tokens,
                batches + other.batches,
                Math.max(peakBatchTokens, other.peakBatchTokens),
                tokenizeNanos + other.tokenizeNanos,
                forwardNanos + other.forwardNanos,
                waitNanos + other.waitNanos);
    }
}
