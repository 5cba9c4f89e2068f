/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.embark.ErrorCode;
import io.embark.model.family.Architecture;
import io.embark.model.family.ConfiguredFamily;
import io.embark.model.family.TensorShape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NomicBertFamilyTest extends ConfiguredFamily {
    NomicBertFamilyTest() {
        super(new NomicBertFamily(), """
                {"model_type": "nomic_bert", "n_embd": 32, "n_layer": 2, "n_head": 4, "n_inner": 48, "vocab_size": 400,
                 "n_positions": 8192, "layer_norm_epsilon": 1e-6, "activation_function": "swiglu", "rotary_emb_base": 700,
                 "rotary_emb_fraction": 1.0, "rotary_emb_interleaved": false, "rotary_emb_scale_base": null,
                 "rotary_scaling_factor": null, "max_trained_positions": 2048, "type_vocab_size": 2, "prenorm": false,
                 "qkv_proj_bias": false, "mlp_fc1_bias": false, "mlp_fc2_bias": false}""");
    }

    @Test
    void readsAConfigurationOfTheHub() {
        Map<String, Double> numbers = Map.of(
                "layers", 2.0,
                "heads", 4.0,
                "head_size", 8.0,
                "norm_epsilon", 1e-6,
                "rotary_base", 700.0,
                "rotary_stretch", 1.0);
        Map<String, String> choices = Map.of("activation", "silu");
        assertRead("gated", 32, 2, numbers, choices, 2 * (4 * 32 * 32 + 3 * 32 * 48))
                .hasSize(4 + 2 * 9)
                .contains(new TensorShape("layers.1.mlp.gate.weight", List.of(48L, 32L)));
    }

    @Test
    void readsAConfigurationOfTransformers() {
        configure("""
                {"model_type": "nomic_bert", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "intermediate_size": 48, "vocab_size": 400, "layer_norm_eps": 1e-6, "hidden_act": "gelu",
                 "rope_parameters": {"rope_theta": 700, "rope_type": "default"}}""");
        Architecture architecture = read();
        assertThat(architecture.numbers())
                .contains(entry("norm_epsilon", 1e-6), entry("rotary_base", 700.0), entry("head_size", 8.0));
        assertThat(architecture.choices()).containsOnly(entry("activation", "gelu"));
        assertThat(architecture.tensors()).contains(new TensorShape("layers.1.mlp.gate.weight", List.of(48L, 32L)));
    }

    @Test
    void takesTheDefaultsOfTransformersWhereTheConfigurationIsSilent() {
        config.unset("layer_norm_epsilon", "activation_function", "rotary_emb_base", "type_vocab_size");
        Architecture architecture = read();
        assertThat(architecture.numbers()).contains(entry("norm_epsilon", 1e-12), entry("rotary_base", 1000.0));
        assertThat(architecture.choices()).containsEntry("activation", "silu");
        assertThat(architecture.tensors())
                .contains(new TensorShape("embeddings.token_type_embeddings.weight", List.of(2L, 32L)));
    }

    @ParameterizedTest
    @CsvSource({
        "swiglu, silu, true",
        "geglu, gelu, true",
        "glu, sigmoid, true",
        "gelu, gelu, false",
        "gelu_new, gelu, false",
        "gelu_fast, gelu, false",
        "gelu_pytorch_tanh, gelu, false"
    })
    void gatesWhatTheActivationSays(String function, String activation, boolean gated) {
        config.set("activation_function", "\"%s\"".formatted(function));
        assertThat(read().choices()).containsEntry("activation", activation);
        assertThat(read().tensors().stream().anyMatch(tensor -> tensor.name().equals("layers.0.mlp.gate.weight")))
                .isEqualTo(gated);
    }

    @Test
    void refusesOtherActivations() {
        config.set("activation_function", "\"relu\"");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "unknown activation_function 'relu'",
                "Known are: geglu, gelu, gelu_fast, gelu_new, gelu_pytorch_tanh, glu, swiglu.",
                "Choose a model with one of these activation functions.");
    }

    @Test
    void needsTheBiasesThatTheConfigurationSays() {
        config.set("qkv_proj_bias", "true").set("mlp_fc1_bias", "true").set("mlp_fc2_bias", "true");
        assertThat(read().tensors())
                .contains(
                        new TensorShape("layers.1.attention.qkv.bias", List.of(96L)),
                        new TensorShape("layers.1.attention.output.bias", List.of(32L)),
                        new TensorShape("layers.1.mlp.gate.bias", List.of(48L)),
                        new TensorShape("layers.1.mlp.up.bias", List.of(48L)),
                        new TensorShape("layers.1.mlp.down.bias", List.of(32L)));
    }

    @Test
    void hasNoTypesOfTokensWhereThereAreNone() {
        config.set("type_vocab_size", "0");
        assertThat(read().tensors())
                .extracting(TensorShape::name)
                .doesNotContain("embeddings.token_type_embeddings.weight");
    }

    @Test
    void takesTextsUpToTheTrainedPositionsWhereAnglesBehindThemAreScaled() {
        config.set("rotary_scaling_factor", "2");
        assertThat(read().maxPositions()).isEqualTo(2048);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rotary_emb_fraction    | 0.5  | rotary_emb_fraction is 0.5     | Positions turn whole heads in the networks that are known.
            rotary_emb_scale_base  | 512  | rotary_emb_scale_base is set   | Angles that are scaled by their distance (xPos) are not known.
            rotary_emb_interleaved | true | rotary_emb_interleaved is true | Positions turn the halves of a head, not neighbours.
            prenorm                | true | prenorm is true                | Norms stand behind what they belong to in the networks that are known.
            parallel_block         | true | parallel_block is true         | Layers with attention and product side by side are not known.
            use_rms_norm           | true | use_rms_norm is true           | Norms subtract the mean in the networks that are known.
            """)
    void refusesWhatItCannotCompute(String key, String value, String problem, String cause) {
        config.set(key, value);
        assertRefused(ErrorCode.MODEL_UNSUPPORTED, problem, cause, "Choose a model like nomic-embed-text-v1.5.");
    }

    @Test
    void readsExpertsInEachSecondLayer() {
        withExperts();
        assertThat(read().numbers())
                .contains(entry("experts", 8.0), entry("chosen_experts", 2.0), entry("normalize_chosen", 0.0));
        assertThat(read().tensors())
                .contains(
                        new TensorShape("layers.0.mlp.up.weight", List.of(48L, 32L)),
                        new TensorShape("layers.1.mlp.router.weight", List.of(8L, 32L)),
                        new TensorShape("layers.1.mlp.experts.up.weight", List.of(8 * 48L, 32L)),
                        new TensorShape("layers.1.mlp.experts.down.weight", List.of(8 * 48L, 32L)),
                        new TensorShape("layers.1.mlp.experts.bias", List.of(32L)))
                .extracting(TensorShape::name)
                .doesNotContain("layers.1.mlp.up.weight");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            expert_choice_router         | true       | expert_choice_router is true             | Experts that choose their tokens are not known.
            moe_normalize_expert_weights | true       | moe_normalize_expert_weights is true     | The weights of the chosen experts are those of the router in the networks that are known.
            num_shared_experts           | 1          | num_shared_experts is 1                  | Experts that see all tokens are not known.
            activation_function          | "swiglu"   | num_experts is 8, and its layers are gated | Experts with a gate are not known for models of this type.
            """)
    void refusesOtherExperts(String key, String value, String problem, String cause) {
        withExperts();
        config.set(key, value);
        assertRefused(ErrorCode.MODEL_UNSUPPORTED, problem, cause, "Choose a model like nomic-embed-text-v1.5.");
    }

    @Test
    void refusesMoreChosenExpertsThanThereAre() {
        withExperts();
        config.set("moe_top_k", "9");
        assertRefused(
                ErrorCode.MODEL_INVALID,
                "num_experts is 8, moe_top_k is 9",
                "There are at most 1024 experts, and each token goes through some of them.",
                FROM_PUBLISHER);
    }

    private void withExperts() {
        config.set("activation_function", "\"gelu\"");
        config.set("num_experts", "8");
        config.set("moe_every_n_layers", "2");
        config.set("moe_top_k", "2");
    }

    @Test
    void namesTheTensorsOfTheHub() {
        NomicBertFamily family = new NomicBertFamily();
        assertThat(family.canonicalName("emb_ln.bias")).isEqualTo("embeddings.LayerNorm.bias");
        assertThat(family.canonicalName("nomic_bert.encoder.layers.1.mlp.fc1.bias"))
                .isEqualTo("layers.1.mlp.up.bias");
        assertThat(family.canonicalName("encoder.layers.1.mlp.fc12.weight")).isEqualTo("layers.1.mlp.gate.weight");
    }

    @Test
    void refusesADecoder() {
        config.set("causal", "true");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "causal is true",
                "A decoder looks only backwards; the encoder is what is known here.",
                "Choose a model that is an encoder.");
    }
}
