package io.embark.model;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.nio.file.Path;

/** Words the errors of this room. File content ends up in them, so each part is brought to one line of bounded length. */
final class ModelProblem {
    private static final int MAX_SHOWN = 120;
    private static final String DAMAGED = "Copy or download the model again.";

    private ModelProblem() {}

    static EmbarkException notFound(String problem, String cause, String remedy) {
        return problem(ErrorCode.MODEL_NOT_FOUND, problem, cause, remedy, null);
    }

    static EmbarkException invalid(String problem, String cause, String remedy) {
        return problem(ErrorCode.MODEL_INVALID, problem, cause, remedy, null);
    }

    /** A file whose content contradicts itself, which only a fresh copy mends. */
    static EmbarkException damaged(String problem, String cause) {
        return damaged(problem, cause, null);
    }

    static EmbarkException damaged(String problem, String cause, Throwable thrown) {
        return problem(ErrorCode.MODEL_INVALID, problem, cause, DAMAGED, thrown);
    }

    static EmbarkException unsupported(String problem, String cause, String remedy) {
        return problem(ErrorCode.MODEL_UNSUPPORTED, problem, cause, remedy, null);
    }

    static EmbarkException unreadable(Path file, Throwable thrown) {
        return problem(
                ErrorCode.MODEL_INVALID,
                "%s: cannot be read".formatted(file),
                "The system says: %s.".formatted(show(thrown)),
                "Check that the file is there and readable for this user.",
                thrown);
    }

    static EmbarkException problem(ErrorCode code, String problem, String cause, String remedy, Throwable thrown) {
        return new EmbarkException(code, oneLine(problem), oneLine(cause), oneLine(remedy), thrown);
    }

    /** A value of a file as it can stand in a sentence: cut, and without line breaks or other control characters. */
    static String show(Object value) {
        String text = oneLine(String.valueOf(value));
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
    }

    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            // Line and paragraph separators are not control characters, yet terminals break lines at them.
            if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
                line.append("\\u%04x".formatted(c));
            } else {
                line.appendCodePoint(c);
            }
        });
        return line.toString();
    }
}
