package io.embark.torch;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.util.List;
import java.util.regex.Pattern;

/** Words the errors of libtorch. */
final class LibtorchProblem {
    /** Where a script fails, this stands first, then the way there, and only near the end what is wrong. */
    private static final String IN_SCRIPT = "The following operation failed in the TorchScript interpreter.";

    /** What is wrong, there; for some errors hints follow. */
    private static final Pattern WRONG = Pattern.compile("\\w*Error: .+");

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
        String line = first.equals(IN_SCRIPT) ? wrong(message.lines().toList()) : first;
        return "libtorch says: %s".formatted(line.strip());
    }

    private static String wrong(List<String> lines) {
        return lines.stream()
                .filter(line -> WRONG.matcher(line).matches())
                .reduce((before, last) -> last)
                .orElse(lines.get(lines.size() - 1));
    }
}
