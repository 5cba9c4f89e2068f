/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.JsonMutation;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import io.embark.torch.TorchRuntime;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The tokenizers of every family with one value changed: each is opened or refused, and the process lives on. */
@Timeout(300)
class MutatedTokenizersTest {
    private static final int ROUNDS = 1_500;
    private static final Set<ErrorCode> REFUSALS = Set.of(ErrorCode.TOKENIZER_INVALID, ErrorCode.OPTION_INVALID);

    @TempDir
    Path temporary;

    @BeforeAll
    static void loadNatives() {
        TorchRuntime.start(EmbedOptions.defaults());
    }

    @Test
    void opensOrRefusesEveryMutation() throws Exception {
        Path folder = ModelFolderBuilder.in(temporary.resolve("tiny")).write();
        ModelFolder model = ModelReference.open(folder.toString(), temporary);
        List<String> tokenizers = tokenizers();
        tokenizers.add(Files.readString(model.tokenizerFile()));
        Random random = new Random(6);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String json = tokenizers.get(round % tokenizers.size());
            Files.write(model.tokenizerFile(), JsonMutation.of(json, random).getBytes(StandardCharsets.UTF_8));
            refused += opens(model) ? 0 : 1;
        }
        assertThat(refused).isBetween(ROUNDS / 10, ROUNDS * 99 / 100);
    }

    private static boolean opens(ModelFolder model) {
        try (TextTokenizer tokenizer = TextTokenizer.open(model, 10)) {
            assertThat(tokenizer.tokenize(List.of("the cat sat", ""))).hasSize(2);
            return true;
        } catch (EmbarkException e) {
            assertThat(REFUSALS).contains(e.code());
            assertThat(e.getMessage().lines()).hasSize(3);
            return false;
        }
    }

    private static List<String> tokenizers() throws IOException, URISyntaxException {
        Path families = Path.of(
                MutatedTokenizersTest.class.getResource("/io/embark/families").toURI());
        List<String> tokenizers = new ArrayList<>();
        try (Stream<Path> files = Files.walk(families)) {
            for (Path file : files.filter(path -> path.endsWith("tokenizer.json"))
                    .sorted()
                    .toList()) {
                tokenizers.add(Files.readString(file));
            }
        }
        return tokenizers;
    }
}
