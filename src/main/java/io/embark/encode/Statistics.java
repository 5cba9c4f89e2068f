package io.embark.encode;

/**
 * What embedding some texts took. Values add up: the statistics of a run are the sum of those of its windows.
 *
 * @param rows texts that came in, null ones included
 * @param nulls texts that were null, or blank where blank texts become null
 * @param distinct texts that went through the model; equal texts of one window count once
 * @param truncated rows whose text was longer than the limit
 * @param failed rows whose text could not be embedded and whose vector is null for it
 * @param tokens tokens that went through the model, special tokens and prompt included
 * @param batches forward passes
 * @param tokenizeNanos time spent on repairing, cutting and tokenising texts, summed over threads, in nanoseconds
 * @param forwardNanos time spent in the model, summed over compute threads, in nanoseconds
 * @param waitNanos time that callers waited for compute threads to finish their batches, in nanoseconds
 */
public record Statistics(
        long rows,
        long nulls,
        long distinct,
        long truncated,
        long failed,
        long tokens,
        long batches,
        long tokenizeNanos,
        long forwardNanos,
        long waitNanos) {
    /** The statistics of nothing. */
    public static final Statistics NONE = new Statistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** The sum of both. */
    public Statistics plus(Statistics other) {
        return new Statistics(
                rows + other.rows,
                nulls + other.nulls,
                distinct + other.distinct,
                truncated + other.truncated,
                failed + other.failed,
                tokens + other.tokens,
                batches + other.batches,
                tokenizeNanos + other.tokenizeNanos,
                forwardNanos + other.forwardNanos,
                waitNanos + other.waitNanos);
    }
}
