package io.embark;

import static java.util.Objects.requireNonNull;

/**
 * Every error that Embark reports: the problem, its cause and the remedy, in that order, one line each.
 *
 * <p>{@link #getMessage()} joins the three with line breaks; an exception of a library beneath is kept as {@link #getCause()}.
 */
public final class EmbarkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    /** The same as {@link #EmbarkException(ErrorCode, String, String, String, Throwable)} where no other exception is behind it. */
    public EmbarkException(ErrorCode code, String problem, String cause, String remedy) {
        this(code, problem, cause, remedy, null);
    }

    /**
     * @param code what kind of error this is
     * @param problem what is wrong, subject first, with the offending value: "model /m: no tokenizer.json"
     * @param cause why it is wrong, or what was expected
     * @param remedy what the reader can do about it
     * @param thrown the exception beneath, or null
     */
    public EmbarkException(ErrorCode code, String problem, String cause, String remedy, Throwable thrown) {
        super(
                oneLine(requireNonNull(problem, "problem is null")) + "\n"
                        + oneLine(requireNonNull(cause, "cause is null")) + "\n"
                        + oneLine(requireNonNull(remedy, "remedy is null")),
                thrown);
        this.code = requireNonNull(code, "code is null");
    }

    /** What kind of error this is. */
    public ErrorCode code() {
        return code;
    }

    /** Values and foreign messages may hold line breaks, and whoever reads the message takes it apart by its lines. */
    private static String oneLine(String text) {
        return text.replaceAll("\\R+", " ");
    }
}
