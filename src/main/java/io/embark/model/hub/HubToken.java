/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import io.embark.model.files.ModelProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Finds the token that opens private and gated models. No error shows it. */
final class HubToken {
    private HubToken() {}

    /** That of the environment, else that of the file which {@code hf auth login} writes. */
    static Optional<String> find(Function<String, Optional<String>> environment, Path file) {
        return Stream.of("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
                .flatMap(name -> environment.apply(name).map(token -> check(name, token)).stream())
                .findFirst()
                .or(() -> read(file));
    }

    private static Optional<String> read(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }

        try {
            String token = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
            return token.isEmpty() ? Optional.empty() : Optional.of(check("HF_TOKEN_PATH", token));
        } catch (IOException e) {
            throw HubProblem.variable(
                    "HF_TOKEN_PATH",
                    "%s cannot be read".formatted(file),
                    "The system says: %s.".formatted(ModelProblem.show(e)),
                    "Make it readable for this user, or set HF_HUB_DISABLE_IMPLICIT_TOKEN=1 to go without a token.");
        }
    }

    /** Java's client quotes a header that it refuses in its error, so it must never see one. */
    private static String check(String variable, String token) {
        if (!token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw HubProblem.variable(
                    variable,
                    "not a token",
                    "A token has letters, digits and '_' only, such as hf_...; the value is not shown here.",
                    "Copy the token again, or unset the variable.");
        }
        return token;
    }
}
