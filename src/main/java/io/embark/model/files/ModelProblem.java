/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Shown;
import java.nio.file.Path;

/**
 * Words the errors of the model's rooms. File content ends up in them, so each part is brought to one line of bounded length.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class ModelProblem {
    private static final String PUBLISHED_FILE = "the file from the place where the model was published.";
    private static final String DAMAGED = "Copy or download the model again.";

    private ModelProblem() {}

    public static EmbarkException notFound(String problem, String reason, String remedy) {
        return problem(ErrorCode.MODEL_NOT_FOUND, problem, reason, remedy, null);
    }

    public static EmbarkException invalid(String problem, String reason, String remedy) {
        return problem(ErrorCode.MODEL_INVALID, problem, reason, remedy, null);
    }

    /** A file that cannot be what its author published. */
    public static EmbarkException wrongFile(String problem, String reason) {
        return invalid(problem, reason, "Take " + PUBLISHED_FILE);
    }

    /** A field of a file that has a value which it cannot have. */
    public static EmbarkException wrongField(String problem, String reason) {
        return invalid(problem, reason, "Correct the field, or take " + PUBLISHED_FILE);
    }

    /** A file whose content contradicts itself, which only a fresh copy mends. */
    public static EmbarkException damaged(String problem, String reason) {
        return damaged(problem, reason, null);
    }

    public static EmbarkException damaged(String problem, String reason, Throwable thrown) {
        return problem(ErrorCode.MODEL_INVALID, problem, reason, DAMAGED, thrown);
    }

    public static EmbarkException unsupported(String problem, String reason, String remedy) {
        return problem(ErrorCode.MODEL_UNSUPPORTED, problem, reason, remedy, null);
    }

    public static EmbarkException unreadable(Path file, Throwable thrown) {
        return problem(
                ErrorCode.MODEL_INVALID,
                "%s: cannot be read".formatted(file),
                "The system says: %s.".formatted(show(thrown)),
                "Check that the file is there and readable for this user.",
                thrown);
    }

    public static EmbarkException problem(
            ErrorCode code, String problem, String reason, String remedy, Throwable thrown) {
        return new EmbarkException(code, Shown.line(problem), Shown.line(reason), Shown.line(remedy), thrown);
    }

    /** A value of a file as it can stand in a sentence. */
    public static String show(Object value) {
        return Shown.value(value);
    }
}
