/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import java.util.List;
import java.util.regex.Pattern;

/** What libtorch says of its errors. */
final class LibtorchMessage {
    /** Where a script fails, this stands first, then the way there, and only near the end what is wrong. */
    private static final String IN_SCRIPT = "The following operation failed in the TorchScript interpreter.";

    /** What is wrong, there; for some errors hints follow. */
    private static final Pattern WRONG = Pattern.compile("\\w*Error: .+");

    /**
     * As c10's CUDACachingAllocator.cpp and alloc_cpu.cpp put it. oneDNN names no reason; where it was another one, the smaller batch
     * fails as well.
     */
    private static final Pattern OUT_OF_MEMORY = Pattern.compile(
            "out of memory|can't allocate memory|not enough memory|std::bad_alloc|CUBLAS_STATUS_ALLOC_FAILED|could not (create|execute) a primitive(?! descriptor)");

    private LibtorchMessage() {}

    /** The one line of its message that says what is wrong. */
    static String of(RuntimeException thrown) {
        String message = String.valueOf(thrown.getMessage()).strip();
        String first = message.lines().findFirst().orElse("nothing");
        String line = first.equals(IN_SCRIPT) ? wrong(message.lines().toList()) : first;
        return "libtorch says: %s".formatted(line.strip());
    }

    /** Whether memory ran out, that of a GPU or of the host. */
    static boolean saysThatMemoryRanOut(RuntimeException thrown) {
        return OUT_OF_MEMORY.matcher(String.valueOf(thrown.getMessage())).find();
    }

    private static String wrong(List<String> lines) {
        return lines.stream()
                .filter(line -> WRONG.matcher(line).matches())
                .reduce((before, last) -> last)
                .orElse(lines.get(lines.size() - 1));
    }
}
