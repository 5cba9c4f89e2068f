/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import static java.util.Objects.requireNonNull;

import io.embark.base.Redaction;
import java.util.function.UnaryOperator;

/**
 * Every error that Embark reports: the problem, the reason and the remedy, in that order, one line each.
 *
 * <p>{@link #getMessage()} joins the three with line breaks; an exception of a library beneath is kept as {@link #getCause()}.
 */
public final class EmbarkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String problem;
    private final String reason;
    private final String remedy;

    /** The same as {@link #EmbarkException(ErrorCode, String, String, String, Throwable)} where no other exception is behind it. */
    public EmbarkException(ErrorCode code, String problem, String reason, String remedy) {
        this(code, problem, reason, remedy, null);
    }

    /**
     * @param code what kind of error this is
     * @param problem what is wrong, subject first, with the offending value: "model /m: no tokenizer.json"
     * @param reason why it is wrong, or what was expected
     * @param remedy what the reader can do about it
     * @param thrown the exception beneath, or null
     */
    public EmbarkException(ErrorCode code, String problem, String reason, String remedy, Throwable thrown) {
        super(null, thrown);
        this.code = requireNonNull(code, "code is null");
        this.problem = oneLine(requireNonNull(problem, "problem is null"));
        this.reason = oneLine(requireNonNull(reason, "reason is null"));
        this.remedy = oneLine(requireNonNull(remedy, "remedy is null"));
    }

    /** What kind of error this is. */
    public ErrorCode code() {
        return code;
    }

    /** What is wrong, in one line. */
    public String problem() {
        return problem;
    }

    /** Why it is wrong, or what was expected, in one line; {@link #getCause()} is the exception beneath instead. */
    public String reason() {
        return reason;
    }

    /** What the reader can do about it, in one line. */
    public String remedy() {
        return remedy;
    }

    /** The problem, the reason and the remedy, one line each. */
    @Override
    public String getMessage() {
        return problem + "\n" + reason + "\n" + remedy;
    }

    /**
     * The same error with its problem said in other words, such as behind the name of the file that the value stands in. It
     * keeps everything else, the stack trace and the exception beneath included, and this one stays as it is.
     */
    public EmbarkException withProblem(UnaryOperator<String> change) {
        return reworded(change.apply(problem), reason, remedy);
    }

    /**
     * The same with each of its three parts said in other words, such as with another name for the place that a file is in.
     *
     * @hidden Public for Embark's other rooms only.
     */
    public EmbarkException withWords(UnaryOperator<String> change) {
        return reworded(change.apply(problem), change.apply(reason), change.apply(remedy));
    }

    private EmbarkException reworded(String otherProblem, String otherReason, String otherRemedy) {
        EmbarkException changed = new EmbarkException(code, otherProblem, otherReason, otherRemedy, getCause());
        changed.setStackTrace(getStackTrace());
        for (Throwable suppressed : getSuppressed()) {
            changed.addSuppressed(suppressed);
        }
        return changed;
    }

    /** Values and foreign messages may hold line breaks and secrets, and the message has one line for each part. */
    private static String oneLine(String text) {
        return Redaction.text(text.replaceAll("\\R+", " "));
    }
}
