/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.model.family.TokenizerKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Against the classes of transformers, which {@code write_tokenizers.py} lists. */
class TokenizerClassNamesTest {
    private static final Path LISTS = Path.of("src/test/resources/io/embark/text/tokenizers.json");

    /** Names of {@code TokenizersBackend} that a type may have. */
    private static final List<String> GENERIC = List.of("TokenizersBackend", "MistralCommonBackend");

    private final Map<String, JsonElement> classes = list("classes");

    @Test
    void knowsEachClassThatDoesNotTakeTheFileAsItIs() {
        assertThat(classes).hasSizeGreaterThan(100);
        classes.forEach((name, entry) -> {
            String resolved = entry.getAsJsonArray().get(0).getAsString();
            switch (entry.getAsJsonArray().get(1).getAsString()) {
                case "reads" -> assertThat(kind(name)).as(name).contains(TokenizerKind.AS_WRITTEN);
                case "builds" ->
                    assertThat(kind(name)).as(name).isEqualTo(kind(resolved)).isNotEqualTo(asWritten());
                default -> assertThat(kind(name)).as(name).isEmpty();
            }
        });
    }

    @Test
    void refusesPythonCodeByName() {
        assertRefused(
                () -> TokenizerClassNames.kind("/m/tokenizer_config.json", "PhobertTokenizer"),
                ErrorCode.MODEL_UNSUPPORTED,
                "/m/tokenizer_config.json: tokenizer_class is 'PhobertTokenizer'",
                "A tokenizer of this class is Python code and does not read tokenizer.json.",
                "Choose a model with another tokenizer.");
    }

    @Test
    void familiesNameTheClassesThatTransformersHasForTheirTypes() {
        Map<String, JsonElement> types = list("types");
        Map<String, Optional<TokenizerKind>> expected = new TreeMap<>();
        Map<String, Optional<TokenizerKind>> said = new TreeMap<>();
        for (String modelType : Families.modelTypes()) {
            expected.put(
                    modelType,
                    Optional.ofNullable(types.get(modelType))
                            .map(name -> name.getAsString().replace("!", ""))
                            .map(name -> GENERIC.contains(name)
                                    ? TokenizerKind.AS_WRITTEN
                                    : kind(name).orElseThrow()));
            said.put(modelType, Families.tokenizer(modelType));
        }
        assertThat(said).containsExactlyInAnyOrderEntriesOf(expected);
    }

    private static Optional<TokenizerKind> asWritten() {
        return Optional.of(TokenizerKind.AS_WRITTEN);
    }

    /** Empty for one that is refused. */
    private static Optional<TokenizerKind> kind(String name) {
        try {
            return Optional.of(TokenizerClassNames.kind("", name));
        } catch (EmbarkException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.MODEL_UNSUPPORTED);
            return Optional.empty();
        }
    }

    private static Map<String, JsonElement> list(String name) {
        try {
            JsonObject lists = JsonParser.parseString(Files.readString(LISTS)).getAsJsonObject();
            return lists.getAsJsonObject(name).asMap();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
