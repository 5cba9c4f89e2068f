/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import io.embark.torch.TorchRuntime;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokenizers that must not get as far as a window of texts, where the native library would end the process. */
class TokenizerProbeTest {
    private static final String TOKENIZER = "tokenizer.json";
    private static final String REMEDY = "Copy or download the model again, or choose another one.";

    @TempDir
    Path temporary;

    private ModelFolderBuilder builder;

    @BeforeAll
    static void loadNatives() {
        TorchRuntime.start(EmbedOptions.defaults());
    }

    @BeforeEach
    void build() {
        builder = ModelFolderBuilder.in(temporary.resolve("tiny"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"type": "StripAccents"} | `\u0301`
            {"type": "Strip", "strip_left": true, "strip_right": true} | `\u3000`
            {"type": "Nmt"} | `\\u0001`
            {"type": "Replace", "pattern": {"String": "x"}, "content": ""} | xx
            """)
    void refusesAnAddedTokenOfWhichTheNormalizerLeavesNothing(String normalizer, String content) {
        builder.set("tokenizer_config.json", "tokenizer_class", "\"PreTrainedTokenizerFast\"");
        builder.set(TOKENIZER, "normalizer", normalizer);
        builder.set(TOKENIZER, "added_tokens", """
                [{"id": 2, "content": "[CLS]", "single_word": false, "lstrip": false, "rstrip": false,
                  "normalized": false, "special": true},
                 {"id": 50, "content": "%s", "single_word": false, "lstrip": false, "rstrip": false,
                  "normalized": true, "special": false}]""".formatted(content));
        ModelFolder folder = open();
        assertRefused(
                () -> TextTokenizer.open(folder, 10),
                ErrorCode.TOKENIZER_INVALID,
                "%s: added_tokens[1] cannot be used".formatted(folder.tokenizerFile()),
                "It is '%s', of which the normalizer leaves nothing.".formatted(content),
                REMEDY);
    }

    @Test
    void refusesSpecialTokensThatTheModelDoesNotHave() {
        builder.set("tokenizer_config.json", "tokenizer_class", "\"PreTrainedTokenizerFast\"");
        builder.file(TOKENIZER, builder.content(TOKENIZER).replace("\"ids\": [3]", "\"ids\": [20]"));
        ModelFolder folder = open();
        assertRefused(
                () -> TextTokenizer.open(folder, 10),
                ErrorCode.TOKENIZER_INVALID,
                "%s: cannot be used as a tokenizer".formatted(folder.tokenizerFile()),
                "It has token 20 ('[SEP]'), and the model's weights are of 20 tokens.",
                REMEDY);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": [["a", "b"]]} | Token `ab` out of vocabulary
            {"type": "BPE", "vocab": {"a": 0}, "merges": ["a a a"]} | Merges text file invalid at line 1
            """)
    void refusesWhatTheTokenizersLibraryRefuses(String model, String complaint) {
        builder.set("tokenizer_config.json", "tokenizer_class", "\"PreTrainedTokenizerFast\"");
        builder.set(TOKENIZER, "model", model);
        ModelFolder folder = open();
        assertThatThrownBy(() -> TextTokenizer.open(folder, 10))
                .isInstanceOfSatisfying(
                        EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOKENIZER_INVALID))
                .hasMessageStartingWith("%s: cannot be used as a tokenizer\nThe tokenizers library refuses it: %s"
                        .formatted(folder.tokenizerFile(), complaint))
                .hasMessageEndingWith("\n" + REMEDY);
    }

    @Test
    void takesATokenizerThatAddsNoSpecialTokens() {
        builder.set("tokenizer_config.json", "tokenizer_class", "\"PreTrainedTokenizerFast\"");
        builder.set(TOKENIZER, "post_processor", "null");
        try (TextTokenizer tokenizer = TextTokenizer.open(open(), 1)) {
            List<TokenizedText> tokenized = tokenizer.tokenize(List.of("", "cat", "cat dog"));
            assertThat(tokenized).extracting(TokenizedText::ids).containsExactly(new int[0], new int[] {9}, new int[] {9
            });
            assertThat(tokenized).extracting(TokenizedText::truncated).containsExactly(false, false, true);
        }
    }

    private ModelFolder open() {
        return ModelReference.open(builder.write().toString(), temporary);
    }
}
