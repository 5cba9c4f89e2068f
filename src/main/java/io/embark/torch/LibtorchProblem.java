package io.embark.torch;

import io.embark.EmbarkException;
import io.embark.ErrorCode;

/** Words the errors of libtorch. */
final class LibtorchProblem {
    /** Where a script fails, this stands first, then the way there, and only in the last line what is wrong. */
    private static final String IN_SCRIPT = "The following operation failed in the TorchScript interpreter.";

    private LibtorchProblem() {}

    static EmbarkException computeFailed(String problem, RuntimeException thrown) {
        return new EmbarkException(
                ErrorCode.COMPUTE_FAILED,
                problem,
                says(thrown),
                "If memory ran out, lower batch-tokens or give the process more; else report this with the model's name.",
                thrown);
    }

    /** The one line of its message that says what is wrong. */
    static String says(RuntimeException thrown) {
        String message = String.valueOf(thrown.getMessage()).strip();
        String first = message.lines().findFirst().orElse("nothing");
        String line = first.equals(IN_SCRIPT)
                ? message.lines().reduce((before, last) -> last).orElse(first)
                : first;
        return "libtorch says: %s".formatted(line.strip());
    }
}
