/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.ModelFolderBuilder;
import io.embark.torch.PackedBatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromptTest {
    private static final String PROMPTS = "config_sentence_transformers.json";

    @TempDir
    static Path temporary;

    /** Its prompts: query "the cat ", passage "a dog " (the default), document none. */
    private static LoadedModel model;

    @BeforeAll
    static void open() {
        ModelFolderBuilder builder = ModelFolderBuilder.in(temporary.resolve("prompted"));
        builder.set(PROMPTS, "prompts", "{\"query\": \"the cat \", \"passage\": \"a dog \"}");
        builder.set(PROMPTS, "default_prompt_name", "\"passage\"");
        model = LoadedModel.open(
                EmbedOptions.defaults().with(EmbedOptions.MODEL, builder.write().toString()));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void putsThePromptBeforeEveryText() {
        assertThat(embed(Map.of("prompt", "on "), "mat")).isEqualTo(embed(Map.of("prompt", ""), "on mat"));
        assertThat(embed(Map.of("prompt", "a"), "b")).isEqualTo(embed(Map.of("prompt", ""), "ab"));
    }

    @Test
    void findsAPromptByItsName() {
        assertThat(embed(Map.of("prompt-name", "query"), "sat")).isEqualTo(embed(Map.of("prompt", ""), "the cat sat"));
        assertThat(embed(Map.of("prompt-name", "document"), "sat")).isEqualTo(embed(Map.of("prompt", ""), "sat"));
    }

    @Test
    void takesTheModelsDefaultPromptUnlessTold() {
        assertThat(embed(Map.of(), "sat")).isEqualTo(embed(Map.of("prompt", ""), "a dog sat"));
    }

    @Test
    void prefersThePromptItselfToItsName() {
        assertThat(embed(Map.of("prompt", "on ", "prompt-name", "query"), "mat"))
                .isEqualTo(embed(Map.of("prompt", ""), "on mat"));
        assertThat(embed(Map.of("prompt", "", "prompt-name", "nonsense"), "mat"))
                .isEqualTo(embed(Map.of("prompt", ""), "mat"));
    }

    @Test
    void countsThePromptsTokensAgainstTheLimit() {
        Embedder embedder = Embedder.on(model, EmbedOptions.parse(Map.of("prompt-name", "query")));
        EmbedCounts counts = CountedVectors.of(embedder, List.of("a b c d a b", "a b c d a b c"))
                .counts();
        assertThat(counts.get(Count.TOKENS)).isEqualTo(20);
        assertThat(counts.get(Count.TRUNCATED)).isEqualTo(1);
    }

    @Test
    void judgesATextBlankWithoutItsPrompt() {
        assertThat(embed(Map.of("prompt-name", "query", "blank", "null"), " ")).isNull();
    }

    @Test
    void refusesANameThatTheModelDoesNotHave() {
        assertRefused(
                () -> Embedder.on(model, EmbedOptions.parse(Map.of("prompt-name", "pasage"))),
                ErrorCode.OPTION_INVALID,
                "option prompt-name: model prompted has no prompt 'pasage'",
                "It has query, passage, document.",
                "Did you mean passage?");
        assertRefused(
                () -> Embedder.on(model, EmbedOptions.parse(Map.of("prompt-name", "clustering"))),
                ErrorCode.OPTION_INVALID,
                "option prompt-name: model prompted has no prompt 'clustering'",
                "It has query, passage, document.",
                "Leave prompt-name out, or set prompt to the text itself.");
    }

    /** [CLS], "the" and "cat" are left out, [SEP] is not, by each way of pooling. */
    @ParameterizedTest
    @ValueSource(strings = {"cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"})
    void leavesThePromptsTokensOutOfPoolingWhereTheModelSaysSo(String mode) {
        ModelFolderBuilder builder = ModelFolderBuilder.in(temporary.resolve("excluding-" + mode));
        builder.file("1_Pooling/config.json", "{\"pooling_mode\": \"%s\", \"include_prompt\": false}".formatted(mode));
        EmbedOptions options =
                EmbedOptions.defaults().with(EmbedOptions.MODEL, builder.write().toString());
        try (LoadedModel excluding = LoadedModel.open(options)) {
            Embedder prompted = Embedder.on(excluding, options.with(EmbedOptions.PROMPT, "the cat "));
            Embedder plain = Embedder.on(excluding, options);
            int[] ids = excluding
                    .tokenizer()
                    .tokenize(List.of("the cat sat on"))
                    .get(0)
                    .ids();
            float[] expected = excluding.encoder().encode(PackedBatch.of(List.of(ids), 3));
            assertThat(prompted.embed(List.of("sat on"))[0]).containsExactly(expected, within(1e-6f));
            assertThat(plain.embed(List.of("the cat sat on"))[0])
                    .containsExactly(excluding.encoder().encode(PackedBatch.of(List.of(ids), 0)), within(1e-6f));
            assertThat(prompted.sharesPassWith(plain)).isFalse();
            if (!mode.equals("lasttoken")) {
                assertThat(prompted.embed(List.of("sat on"))[0])
                        .isNotEqualTo(plain.embed(List.of("the cat sat on"))[0]);
            }
        }
    }

    @Test
    void leavesThePromptOutOfEachChunkToo() {
        ModelFolderBuilder builder = ModelFolderBuilder.in(temporary.resolve("excluding"));
        builder.set("1_Pooling/config.json", "include_prompt", "false");
        EmbedOptions options = EmbedOptions.defaults()
                .with(EmbedOptions.MODEL, builder.write().toString())
                .with(EmbedOptions.PROMPT, "the cat ");
        try (LoadedModel excluding = LoadedModel.open(options)) {
            Embedder embedder = Embedder.on(excluding, options);
            List<ChunkVector> chunks =
                    embedder.embedChunks(List.of("sat on a mat a dog ran")).get(0);
            assertThat(chunks).hasSize(2);
            assertThat(chunks.get(1).vector()).containsExactly(embedder.embed(List.of(" ran"))[0], within(1e-6f));
        }
    }

    private static float[] embed(Map<String, String> options, String text) {
        return Embedder.on(model, EmbedOptions.parse(options)).embed(List.of(text))[0];
    }
}
