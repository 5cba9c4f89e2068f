/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.ErrorCode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the arguments in the Transformer module's file do; their vectors are those of the oracle in {@code KeyCasesTest}. */
class TransformerArgumentsTest {
    private static final String SENTENCE = "sentence_bert_config.json";
    private static final String TOKENIZER = "tokenizer_config.json";

    @TempDir
    Path temporary;

    private Path folder;
    private ModelFolderBuilder builder;

    @BeforeEach
    void build() {
        folder = temporary.resolve("tiny");
        builder = ModelFolderBuilder.in(folder);
    }

    @ParameterizedTest
    @CsvSource({"config_kwargs", "config_args"})
    void changesTheNetworkByEitherName(String name) {
        builder.set(SENTENCE, name, "{\"num_hidden_layers\": 1, \"trust_remote_code\": true, \"is_causal\": false}");
        assertThat(Backbones.architecture(open()).layers()).isEqualTo(1);
    }

    @Test
    void takesTheOldNameWhereBothAreThere() {
        builder.set(SENTENCE, "config_kwargs", "{\"num_hidden_layers\": 2}")
                .set(SENTENCE, "config_args", "{\"num_hidden_layers\": 1}");
        assertThat(Backbones.architecture(open()).layers()).isEqualTo(1);
    }

    @Test
    void prefersArgumentsOfTheTokenizerToItsFile() {
        builder.set(TOKENIZER, "strip_accents", "true")
                .set(TOKENIZER, "truncation_side", "\"left\"")
                .set(
                        SENTENCE,
                        "processor_kwargs",
                        "{\"do_lower_case\": false, \"truncation_side\": \"right\", \"cls_token\": \"[C]\"}");
        TokenizerSettings tokenizer = open().specification().tokenizer();
        assertThat(tokenizer.flags()).isEqualTo(Map.of("do_lower_case", false, "strip_accents", true));
        assertThat(tokenizer.cutsStart()).isFalse();
        assertThat(tokenizer.tokens().named())
                .isEqualTo(Map.of("cls_token", Optional.of(SpecialTokens.Token.special("[C]"))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"text": {"max_length": 5}}                                                | 5
            {"text": {"max_length": 5}, "common": {"max_length": 7}}                   | 7
            {"text": {"max_length": 5, "truncation": "only_first"}}                    | 5
            {"text": {"max_length": 5}, "common": {"max_length": null}}                | 10
            {"text": {"max_length": 5, "truncation": false}}                           | 16
            {"text": {"max_length": 5}, "common": {"truncation": "do_not_truncate"}}   | 16
            """)
    void cutsTextsAsTheTokenizerIsCalled(String processing, int maxTokens) {
        builder.set(SENTENCE, "processing_kwargs", processing);
        assertThat(open().specification().maxTokens()).isEqualTo(maxTokens);
    }

    @Test
    void leavesSpecialTokensOutWhereTheCallSaysSo() {
        builder.set(SENTENCE, "processing_kwargs", "{\"text\": {\"add_special_tokens\": false}}");
        assertThat(open().specification().tokenizer().addsSpecialTokens()).isFalse();
    }

    @Test
    void doesNotLookAtTheModulesFileIfNoModulesAreListed() {
        builder.without("modules.json").without("1_Pooling/config.json").set(SENTENCE, "max_seq_length", "5");
        assertThat(open().specification().maxTokens()).isEqualTo(16);
    }

    @Test
    void refusesAChatTemplateIfNoModulesAreListed() {
        builder.without("modules.json")
                .without("1_Pooling/config.json")
                .file("chat_template.jinja", "{{ messages }}")
                .write();
        assertRefused(
                this::read,
                ErrorCode.MODEL_UNSUPPORTED,
                folder + "/chat_template.jinja: a chat template and there is no modules.json",
                "Sentence Transformers puts every text through the template then, which Embark cannot.",
                "Add the modules.json of the model.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            model_kwargs     | {"some_head": 3}                  | model_kwargs: unknown argument 'some_head'
            model_args       | {"some_head": 3}                  | model_kwargs: unknown argument 'some_head'
            config_kwargs    | {"hidden_size": 8}                | config_kwargs: unknown argument 'hidden_size'
            processor_kwargs | {"tokenizer_class": "Other"}      | processor_kwargs: unknown argument 'tokenizer_class'
            processing_kwargs | {"max_length": 5}                | processing_kwargs: unknown argument 'max_length'
            processing_kwargs | {"text": {"text_pair": "a"}}     | processing_kwargs: text: unknown argument 'text_pair'
            """)
    void refusesArgumentsThatItDoesNotKnow(String field, String json, String what) {
        builder.set(SENTENCE, field, json).write();
        assertRefused(
                this::read,
                ErrorCode.MODEL_UNSUPPORTED,
                folder + "/sentence_bert_config.json: " + what,
                "Every argument may change vectors, so that one that is not known cannot be left out.",
                "Choose a model without it.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            model_kwargs | {"dtype": "bfloat16", "load_in_8bit": true} | model_kwargs: load_in_8bit is true | Weights that are packed to fewer bits are not known. | Choose a model whose load_in_8bit is false.
            """)
    void refusesWhatChangesVectorsInAnUnknownWay(String field, String json, String what, String why, String remedy) {
        builder.set(SENTENCE, field, json).write();
        assertRefused(
                this::read, ErrorCode.MODEL_UNSUPPORTED, folder + "/sentence_bert_config.json: " + what, why, remedy);
    }

    @Test
    void refusesAWayToCutThatThereIsNot() {
        builder.set(SENTENCE, "processing_kwargs", "{\"common\": {\"truncation\": \"only_second\"}}")
                .write();
        assertRefused(
                this::read,
                ErrorCode.MODEL_INVALID,
                folder + "/sentence_bert_config.json: processing_kwargs: text: truncation is 'only_second'",
                "It must be true, false, longest_first, only_first or do_not_truncate.");
    }

    private ModelFolder open() {
        builder.write();
        return read();
    }

    private ModelFolder read() {
        return ModelReference.open(folder.toString(), temporary);
    }
}
