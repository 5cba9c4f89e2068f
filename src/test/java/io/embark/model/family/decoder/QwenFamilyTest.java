/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.embark.ErrorCode;
import io.embark.model.family.ConfiguredFamily;
import io.embark.model.family.TensorShape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QwenFamilyTest extends ConfiguredFamily {
    QwenFamilyTest() {
        super(new QwenFamily(), """
                {"model_type": "qwen3", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "head_dim": 12, "intermediate_size": 40, "vocab_size": 423,
                 "max_position_embeddings": 128, "rms_norm_eps": 1e-6, "rope_theta": 1000000.0}""");
    }

    @Test
    void readsAConfiguration() {
        Map<String, Double> numbers = Map.of(
                "layers", 2.0,
                "heads", 4.0,
                "key_value_heads", 2.0,
                "head_size", 12.0,
                "norm_epsilon", 1e-6,
                "query_scale", 1 / Math.sqrt(12),
                "window_left", 0.0,
                "window_right", 0.0,
                "right", 0.0);
        Map<String, String> choices =
                Map.of("activation", "silu", "layer_types", "full,full", "rotary", "default 1.0 0.0 1000000.0");
        assertRead("decoder", 32, 2, numbers, choices, 2 * (32 * (2 * 48 + 2 * 24) + 3 * 32 * 40))
                .hasSize(2 + 2 * 11)
                .contains(
                        new TensorShape("layers.1.self_attn.k_proj.weight", List.of(24L, 32L)),
                        new TensorShape("layers.1.self_attn.k_norm.weight", List.of(12L)));
    }

    @Test
    void takesTheDefaultsOfTransformersWhereTheConfigurationIsSilent() {
        config.unset("num_key_value_heads", "head_dim", "rms_norm_eps", "rope_theta");
        assertThat(read().numbers())
                .contains(entry("key_value_heads", 4.0), entry("head_size", 128.0), entry("norm_epsilon", 1e-6));
        assertThat(read().choices()).containsEntry("rotary", "default 1.0 0.0 10000.0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"rope_theta": 5e5, "rope_type": "default"} | null                   | 500000
            {"rope_type": "default"}                    | null                   | 1000000
            {"rope_theta": 5e5}                         | {"rope_theta": 7e4}    | 70000
            {"rope_theta": 5e5}                         | {"type": "default"}    | 1000000
            null                                        | {}                     | 1000000
            """)
    void findsTheBaseOfTheAnglesWhereTransformersDoes(String parameters, String scaling, double base) {
        config.set("rope_parameters", parameters).set("rope_scaling", scaling);
        assertThat(read().choices()).containsEntry("rotary", "default 1.0 0.0 " + base);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"rope_type": "linear", "factor": 3} | linear 1.0 0.0 1000000.0 3.0
            {"type": "dynamic", "factor": 3} | dynamic 1.0 128.0 1000000.0 3.0
            {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4} | llama3 1.0 0.0 1000000.0 8.0 1.0 4.0 128.0
            {"rope_type": "yarn", "factor": 4, "attention_factor": 2} | yarn 2.0 0.0 1000000.0 4.0 0.0 2.0
            """)
    void scalesAnglesAsTheFileSays(String parameters, String formula) {
        config.set("rope_parameters", parameters);
        assertThat(read().choices()).containsEntry("rotary", formula);
    }

    @ParameterizedTest
    @CsvSource({"rope_parameters, rope_type", "rope_scaling, rope_type", "rope_scaling, type"})
    void refusesAnglesOfAnotherKind(String key, String type) {
        config.set(key, "{\"%s\": \"proportional\", \"factor\": 4.0}".formatted(type));
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "%s: rope_type is 'proportional'".formatted(key),
                "Known are: default, dynamic, linear, llama3, longrope, yarn.",
                "Choose a model whose rope_type is one of these.");
    }

    @Test
    void refusesFactorsOfOtherHeads() {
        config.set("rope_parameters", """
                {"rope_type": "longrope", "factor": 2, "short_factor": [1, 2], "long_factor": [1, 2]}""");
        assertRefused(
                ErrorCode.MODEL_INVALID,
                "rope_parameters: short_factor has 2 entries",
                "A head has 6 pairs of components.",
                FROM_PUBLISHER);
    }

    @Test
    void refusesCodeOfTheFolderUnlessTheFileSaysHowTokensLook() {
        config.set("auto_map", """
                {"AutoModel": "modeling_qwen.Qwen2Model"}""");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "auto_map: AutoModel is 'modeling_qwen.Qwen2Model'",
                "Embark does not run code of the folder, and config.json does not say whether its tokens look both ways.",
                "Add \"is_causal\": false where they do, as those of gte-Qwen2-instruct; true where they look back only, as"
                        + " Sentence Transformers takes them without trust_remote_code.");
        config.set("is_causal", "false");
        assertThat(read().numbers()).containsEntry("right", -1.0);
    }

    @Test
    void addsBiasesWhereTheConfigurationSaysSo() {
        config.set("attention_bias", "true");
        assertThat(read().tensors())
                .hasSize(2 + 2 * 15)
                .contains(new TensorShape("layers.0.self_attn.o_proj.bias", List.of(32L)));
    }

    @Test
    void letsTheLastLayersLookThroughAWindow() {
        config.set("use_sliding_window", "true").set("sliding_window", "7").set("max_window_layers", "1");
        assertThat(read().choices()).containsEntry("layer_types", "full,sliding");
        assertThat(read().numbers()).containsEntry("window_left", 6.0);
    }

    @Test
    void looksBothWaysWhereItIsNotCausal() {
        config.set("is_causal", "false").set("use_sliding_window", "true").set("sliding_window", "7");
        assertThat(read().numbers())
                .contains(entry("window_left", 7.0), entry("window_right", 7.0), entry("right", -1.0));
    }

    @Test
    void ignoresAWindowThatIsNotUsed() {
        config.set("sliding_window", "7").set("max_window_layers", "1");
        assertThat(read().choices()).containsEntry("layer_types", "full,full");
    }

    @Test
    void letsTheFileSayWhichLayersDo() {
        config.set("use_sliding_window", "true").set("layer_types", """
                ["sliding_attention", "full_attention"]""");
        assertThat(read().choices()).containsEntry("layer_types", "sliding,full");
        assertThat(read().numbers()).containsEntry("window_left", 4095.0);
    }

    @Test
    void refusesAWindowThatHasNoSize() {
        config.set("layer_types", """
                ["sliding_attention", "full_attention"]""");
        assertRefused(
                ErrorCode.MODEL_INVALID,
                "layer_types has 'sliding_attention'",
                "Without a sliding_window, which use_sliding_window may switch off, these layers have no width.",
                FROM_PUBLISHER);
    }

    @Test
    void refusesLayersOfAnotherType() {
        config.set("layer_types", """
                ["full_attention", "linear_attention"]""");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "layer_types has 'linear_attention'",
                "Known are: full_attention, sliding_attention.",
                "Choose a model with layers of these types.");
    }

    @Test
    void refusesTypesOfMoreLayersThanThereAre() {
        config.set("layer_types", """
                ["full_attention", "full_attention", "full_attention"]""");
        assertRefused(ErrorCode.MODEL_INVALID, "layer_types has 3 entries", "num_hidden_layers is 2.", FROM_PUBLISHER);
    }

    @Test
    void refusesHeadsThatCannotBeShared() {
        config.set("num_key_value_heads", "3");
        assertRefused(
                ErrorCode.MODEL_INVALID,
                "num_attention_heads is 4, num_key_value_heads is 3",
                "Each head of keys and values serves equally many heads of queries.",
                FROM_PUBLISHER);
    }

    @Test
    void refusesHeadsOfAnOddSize() {
        config.set("head_dim", "11");
        assertRefused(
                ErrorCode.MODEL_INVALID,
                "head_dim is 11",
                "Rotary positions turn pairs of components.",
                FROM_PUBLISHER);
    }

    @ParameterizedTest
    @CsvSource({
        "model.embed_tokens.weight, embeddings.word_embeddings.weight",
        "embed_tokens.weight, embeddings.word_embeddings.weight",
        "model.layers.1.mlp.up_proj.weight, layers.1.mlp.up_proj.weight",
        "norm.weight, norm.weight",
        "lm_head.weight, lm_head.weight"
    })
    void readsNamesWithAndWithoutTheModelsPrefix(String name, String canonical) {
        assertThat(new QwenFamily().canonicalName(name)).isEqualTo(canonical);
    }
}
