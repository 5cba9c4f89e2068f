/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import io.embark.torch.TorchRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On a tokenizer that adds [CLS] and [SEP], and knows a few words only: every other one is one unknown token. */
class TextChunkerTest {
    private static final String FAMILY = "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67";

    @TempDir
    static Path temporary;

    private static ModelFolder folder;

    @BeforeAll
    static void open() {
        TorchRuntime.start(EmbedOptions.defaults());
        folder = ModelReference.open(
                ModelFolderBuilder.in(temporary.resolve("tiny")).write().toString(), temporary);
    }

    @Test
    void fillsEachChunkAndGoesOnWhereTheLastOneEnded() {
        assertThat(texts(chunks(5, "", "the cat sat on a mat and")))
                .containsExactly("the cat sat", " on a mat", " and");
        assertThat(texts(chunks(5, "", "the cat sat"))).containsExactly("the cat sat");
    }

    @Test
    void aTextThatFitsIsOneChunk() {
        for (String text : List.of("", " ", "cat", "the cat sat ")) {
            assertThat(texts(chunks(5, "", text))).containsExactly(text);
        }
    }

    @Test
    void eachChunkHasTheTokensOfATextOfItsOwn() {
        String text = "the cats sat on a mat, a dog ran. ".repeat(20);
        try (TextTokenizer tokenizer = TextTokenizer.open(folder, 9)) {
            List<TextChunk> chunks = list(new TextChunker(tokenizer, "a dog ", text));
            assertThat(chunks).hasSizeGreaterThan(40);
            for (TextChunk chunk : chunks) {
                TokenizedText own =
                        tokenizer.tokenize(List.of("a dog " + chunk.text())).get(0);
                assertThat(own.truncated()).isFalse();
                assertThat(chunk.tokens().ids()).isEqualTo(own.ids()).hasSizeLessThanOrEqualTo(9);
                // All but [CLS], "a", "dog" and [SEP].
                assertThat(chunk.ownTokens()).isEqualTo(own.ids().length - 4);
            }
        }
    }

    @Test
    void cutsBetweenWordsWhereTheSecondHalfOfAChunkHasWhiteSpace() {
        // "cats" is "cat" and "##s", and the limit stands between them.
        assertThat(texts(chunks(6, "", "the dog a cats"))).containsExactly("the dog a", " cats");
        // Too little would be left of the chunk: the cut goes through the word.
        assertThat(texts(chunks(6, "", "a cat,cat,cat"))).containsExactly("a cat,cat", ",cat");
    }

    @Test
    void countsCodePointsAsSparksSubstringDoes() {
        String text = "\uD83D\uDE00 \uD83D\uDE00 \uD83D\uDE00 \uD83D\uDE00 cat";
        List<TextChunk> chunks = chunks(4, "", text);
        assertThat(chunks).extracting(TextChunk::start).containsExactly(0, 3, 7);
        assertThat(chunks).extracting(TextChunk::end).containsExactly(3, 7, 11);
        assertThat(texts(chunks)).containsExactly("\uD83D\uDE00 \uD83D\uDE00", " \uD83D\uDE00 \uD83D\uDE00", " cat");
    }

    @Test
    void takesAJoinedEmojiAndAnAccentForOneCharacter() {
        // Chinese characters are tokens of their own, and a combining accent is dropped by the normaliser or belongs to
        // one.
        String text = "\u65E5e\u0301".repeat(40) + FAMILY.repeat(3);
        for (TextChunk chunk : chunks(5, "", text)) {
            assertThat(Character.getType(chunk.text().codePointAt(0))).isNotEqualTo((int) Character.NON_SPACING_MARK);
            assertThat(chunk.text()).doesNotStartWith("\u200D").doesNotEndWith("\u200D");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 10, 64})
    void chunksOfRandomTextsAreTheTextAndWithinTheLimit(int limit) {
        Random random = new Random(limit);
        String[] parts = {
            "cat",
            "cats",
            " ",
            "\n\n",
            ".",
            "\uD83D\uDE00",
            FAMILY,
            "e\u0301",
            "\u65E5\u672C",
            "\uD83D",
            "x".repeat(150)
        };
        try (TextTokenizer tokenizer = TextTokenizer.open(folder, limit)) {
            for (int i = 0; i < 50; i++) {
                String text = random.ints(random.nextInt(300), 0, parts.length)
                        .mapToObj(part -> parts[part])
                        .collect(Collectors.joining());
                List<TextChunk> chunks = list(new TextChunker(tokenizer, "", text));
                assertThat(String.join("", texts(chunks))).isEqualTo(text);
                int end = 0;
                for (TextChunk chunk : chunks) {
                    assertThat(chunk.start()).isEqualTo(end);
                    end = chunk.end();
                    assertThat(text.substring(
                                    text.offsetByCodePoints(0, chunk.start()), text.offsetByCodePoints(0, end)))
                            .isEqualTo(chunk.text());
                    assertThat(chunk.tokens().ids()).hasSizeLessThanOrEqualTo(limit);
                }
            }
        }
    }

    @Test
    void readsATextOfManyMegabytesInPieces() {
        String text = "the cat sat on a mat. ".repeat(200_000);
        try (TextTokenizer tokenizer = TextTokenizer.open(folder, 512)) {
            Iterator<TextChunk> chunks = new TextChunker(tokenizer, "", text);
            TextChunk first = chunks.next();
            // 510 tokens of 7 for each sentence.
            assertThat(first.end()).isBetween(72 * 22, 73 * 22);
            int end = first.end();
            long tokens = first.ownTokens();
            while (chunks.hasNext()) {
                TextChunk chunk = chunks.next();
                assertThat(chunk.start()).isEqualTo(end);
                end = chunk.end();
                tokens += chunk.ownTokens();
            }
            assertThat(end).isEqualTo(text.length());
            assertThat(tokens).isEqualTo(200_000 * 7L);
        }
    }

    @Test
    void cutsWhatHasHardlyAnyTokensAtTheCharsOfOneRead() {
        List<TextChunk> chunks = chunks(4, "", " ".repeat(2_500));
        assertThat(chunks).extracting(TextChunk::end).containsExactly(1_000, 2_000, 2_500);
        assertThat(chunks).extracting(TextChunk::ownTokens).containsOnly(0);
    }

    @ParameterizedTest
    @CsvSource({"5, the cat sat", "5, the cat sat on a mat", "4, cat cat"})
    void refusesAPromptThatFillsTheLimit(int limit, String prompt) {
        assertRefused(
                () -> chunks(limit, prompt, "a"),
                ErrorCode.OPTION_INVALID,
                "option max-tokens: %d leave no room for a text".formatted(limit),
                "The prompt and the special tokens of each part of a long text fill them.",
                "Raise max-tokens, shorten the prompt, or set long-text to truncate.");
    }

    private static List<TextChunk> chunks(int limit, String prompt, String text) {
        try (TextTokenizer tokenizer = TextTokenizer.open(folder, limit)) {
            return list(new TextChunker(tokenizer, prompt, text));
        }
    }

    private static List<TextChunk> list(Iterator<TextChunk> chunks) {
        List<TextChunk> list = new ArrayList<>();
        chunks.forEachRemaining(list::add);
        return list;
    }

    private static List<String> texts(List<TextChunk> chunks) {
        return chunks.stream().map(TextChunk::text).toList();
    }
}
