/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import io.embark.model.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs whose vectors are a formula. */
class TrustedProgramTest {
    private static final String REMEDY =
            "Save it by torch.jit, no newer than 2.7, with a forward(input_ids, attention_mask)"
                    + " that gives the last hidden state for any number of texts.";

    private static final String EXPECTED =
            "The last hidden state is expected, a tensor [3, 4, 8]: alone, first in a tuple, or as"
                    + " last_hidden_state in a dictionary.";

    @TempDir
    Path temporary;

    private ModelFolderBuilder builder;

    @BeforeAll
    static void loadNatives() {
        TorchRuntime.start(EmbedOptions.defaults());
        TorchRuntime.enterComputeThread();
    }

    @BeforeEach
    void build() {
        builder = ModelFolderBuilder.in(temporary.resolve("tiny"))
                .withoutWeights()
                .file("modules.json", """
                [{"path": "", "type": "sentence_transformers.models.Transformer"},
                 {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]""");
    }

    static Stream<Arguments> programs() {
        return Stream.of(
                Arguments.of("a tensor", Programs.TENSOR),
                Arguments.of("a tuple", Programs.giving("Tuple[Tensor, Tensor]", "(states, mean)")),
                Arguments.of(
                        "a dictionary",
                        Programs.giving(
                                "Dict[str, Tensor]", "{\"pooler_output\": mean, \"last_hidden_state\": states}")),
                Arguments.of("doubles", Programs.giving("Tensor", "torch.to(states, 7)")),
                Arguments.of("a tensor for three arguments", Programs.withTokenTypes()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void tokensThatItGivesArePooledWithoutPadding(String gives, String program) {
        List<int[]> texts = texts();
        try (Encoder encoder = load(program)) {
            float[] vectors = encoder.encode(PackedBatch.of(texts, 0));

            assertThat(vectors).hasSize(8 * texts.size());
            for (int i = 0; i < texts.size(); i++) {
                for (int h = 0; h < 8; h++) {
                    assertThat((double) vectors[8 * i + h])
                            .as("text %d, component %d", i, h)
                            .isCloseTo(Programs.mean(texts.get(i), h), within(1e-4));
                }
            }
        }
    }

    @Test
    void aTextHasTheSameVectorAloneAndAmongOthers() {
        List<int[]> texts = texts();
        try (Encoder encoder = load(Programs.TENSOR)) {
            float[] together = encoder.encode(PackedBatch.of(texts, 0));
            for (int i = 0; i < texts.size(); i++) {
                float[] alone = encoder.encode(PackedBatch.of(List.of(texts.get(i)), 0));
                for (int h = 0; h < 8; h++) {
                    assertThat(together[8 * i + h]).isCloseTo(alone[h], within(1e-4f));
                }
            }
        }
    }

    @Test
    void modesAndSkippedTokensAreThoseOfTheFolder() {
        builder.file("1_Pooling/config.json", """
                {"embedding_dimension": 8, "pooling_mode": ["cls", "lasttoken", "max"]}""");
        try (Encoder encoder = load(Programs.TENSOR)) {
            float[] vectors =
                    encoder.encode(PackedBatch.of(List.of(new int[] {9, 4, 2}, new int[] {8, 1, 3, 4, 4}), 1));

            // The means, 5 and 4, take in the token that is left out of pooling.
            assertThat(encoder.dimension()).isEqualTo(24);
            assertThat(List.of(vectors[0], vectors[8], vectors[16])).containsExactly(9f, 7f, 9f);
            assertThat(List.of(vectors[24], vectors[32], vectors[40])).containsExactly(5f, 8f, 8f);
        }
    }

    @Test
    void aFileThatIsNoProgramIsRefused() throws IOException {
        Path file = program();
        Files.createDirectories(file.getParent());
        Files.writeString(file, "weights");
        assertThatThrownBy(() -> Encoder.load(open(), Placement.CPU))
                .isInstanceOfSatisfying(
                        EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_INVALID))
                .hasMessageStartingWith(file + ": cannot be loaded as TorchScript\nlibtorch says: ")
                .hasMessageEndingWith("\n" + REMEDY);
    }

    @Test
    void aProgramThatFailsIsRefusedWithWhatItSays() {
        assertThatThrownBy(() -> load(Programs.raising("no such luck")))
                .isInstanceOfSatisfying(
                        EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_INVALID))
                .hasMessageStartingWith(program() + ": failed when it was tried\nlibtorch says: ")
                .hasMessageContaining("no such luck")
                .hasMessageEndingWith("\n" + REMEDY);
    }

    static Stream<Arguments> others() {
        return Stream.of(
                Arguments.of("Tensor", "mean", "(3)"),
                Arguments.of("Tensor", "torch.narrow(states, 2, 0, 7)", "(3, 4, 7)"),
                Arguments.of("Tensor", "torch.narrow(states, 1, 0, 3)", "(3, 3, 8)"),
                Arguments.of("Dict[str, Tensor]", "{\"states\": states}", "Dict(str, Tensor)"),
                Arguments.of("Tuple[int, Tensor]", "(1, states)", "(int, Tensor)"),
                Arguments.of("int", "1", "int"));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("others")
    void aProgramThatGivesSomethingElseIsRefused(String type, String expression, String gives) {
        assertRefused(
                () -> load(Programs.giving(type, expression)),
                ErrorCode.MODEL_INVALID,
                "%s: gives %s for 3 texts of at most 4 tokens".formatted(program(), gives),
                EXPECTED,
                REMEDY);
    }

    @Test
    void aProgramForOneTextIsRefused() {
        assertThatThrownBy(() -> load(Programs.giving("Tensor", "torch.view(states, [1, 4, 8])")))
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining(
                        "failed when it was tried\nlibtorch says: RuntimeError: shape '[1, 4, 8]' is invalid");
    }

    @Test
    void aProgramThatFailsLaterSaysWhy() {
        String late = Programs.giving("Tensor", "torch.embedding(torch.ones([10, 8]), input_ids)");
        try (Encoder encoder = load(late)) {
            assertThat(encoder.encode(PackedBatch.of(List.of(new int[] {9}), 0)))
                    .containsOnly(1f);
            assertThatThrownBy(() -> encoder.encode(PackedBatch.of(List.of(new int[] {10}), 0)))
                    .isInstanceOfSatisfying(
                            EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.COMPUTE_FAILED))
                    .hasMessageStartingWith("a batch of 1 tokens: the forward pass failed\nlibtorch says: "
                            + "RuntimeError: index out of range in self\n");
        }
    }

    private Encoder load(String forward) {
        Programs.write(program(), forward);
        return Encoder.load(open(), Placement.CPU);
    }

    private Path program() {
        return temporary.resolve("tiny/model.pt");
    }

    private ModelFolder open() {
        return ModelReference.open(EmbedOptions.defaults()
                .with(EmbedOptions.MODEL, builder.write().toString())
                .with(EmbedOptions.TRUST_MODEL_CODE, true));
    }

    /** Sorted by length, as batches are, with some equally long ones. */
    private static List<int[]> texts() {
        Random random = new Random(5);
        List<int[]> texts = new ArrayList<>();
        for (int length : new int[] {1, 1, 2, 3, 3, 5, 8, 9, 9, 16}) {
            texts.add(random.ints(length, 0, 20).toArray());
        }
        return texts;
    }
}
