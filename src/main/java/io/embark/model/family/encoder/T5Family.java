/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import io.embark.Precision;
import io.embark.model.family.Activations;
import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.Family;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.TensorList;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The encoders of T5, mT5 and UMT5: sentence-t5, GTR, instructor. What there is of a decoder is left alone. */
final class T5Family implements Family {
    private static final String GATED = "gated-";

    /** T5 and mT5 have one table in their first layer, for all of them; UMT5 has one in each. */
    private static final Pattern BIAS =
            Pattern.compile("encoder\\.block\\.(\\d+)\\.layer\\.0\\.SelfAttention\\.relative_attention_bias\\.weight");

    @Override
    public List<String> modelTypes() {
        return List.of("t5", "mt5", "umt5");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(modelType.equals("umt5") ? TokenizerKind.AS_WRITTEN : TokenizerKind.T5);
    }

    @Override
    public KnownKeys keys() {
        return ConfigKeys.COMMON
                .honoured(
                        "vocab_size",
                        "d_model",
                        "d_kv",
                        "d_ff",
                        "num_layers",
                        "num_heads",
                        "relative_attention_num_buckets",
                        "relative_attention_max_distance",
                        "layer_norm_epsilon",
                        "feed_forward_proj",
                        "dense_act_fn",
                        "is_gated_act",
                        "is_decoder")
                .otherName("hidden_size", "d_model")
                .otherName("num_attention_heads", "num_heads")
                .otherName("num_hidden_layers", "num_layers")
                .otherName("head_dim", "d_kv")
                .idle(ConfigKeys.DECODER_PART, "num_decoder_layers", "is_encoder_decoder", "scale_decoder_outputs")
                .idle(ConfigKeys.TRAINING, "dropout_rate")
                .idle(ConfigKeys.HEAD, "classifier_dropout");
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        int hidden = config.width("d_model");
        int heads = config.width("num_heads");
        int headSize = config.width("d_kv");
        long inner = (long) heads * headSize;
        int layers = config.layers("num_layers");
        int intermediate = config.width("d_ff");
        int buckets = config.findRows("relative_attention_num_buckets").orElse(32);
        int maxDistance = config.findRows("relative_attention_max_distance").orElse(128);
        boolean gated = gated(json);
        String activation = activation(json);
        requireBuckets(json, buckets, maxDistance);
        config.refuseDecoder("is_decoder");

        TensorList tensors = new TensorList().table(WORDS, config.rows("vocab_size"), hidden);
        for (int i = 0; i < (json.requiredText("model_type").equals("umt5") ? layers : 1); i++) {
            tensors.table("embeddings.relative_attention_bias.%s.weight".formatted(i), buckets, heads);
        }
        for (int i = 0; i < layers; i++) {
            String attention = "encoder.block.%s.layer.0.".formatted(i);
            String forward = "encoder.block.%s.layer.1.".formatted(i);
            tensors.norm(attention + "layer_norm", hidden, false)
                    .linear(attention + "SelfAttention.q", hidden, inner, false)
                    .linear(attention + "SelfAttention.k", hidden, inner, false)
                    .linear(attention + "SelfAttention.v", hidden, inner, false)
                    .linear(attention + "SelfAttention.o", inner, hidden, false)
                    .norm(forward + "layer_norm", hidden, false);
            if (gated) {
                tensors.linear(forward + "DenseReluDense.wi_0", hidden, intermediate, false)
                        .linear(forward + "DenseReluDense.wi_1", hidden, intermediate, false);
            } else {
                tensors.linear(forward + "DenseReluDense.wi", hidden, intermediate, false);
            }
            tensors.linear(forward + "DenseReluDense.wo", intermediate, hidden, false);
        }
        tensors.norm("encoder.final_layer_norm", hidden, false);
        // States of T5 may outgrow float16, for which transformers keeps a product of each layer in float32 (T5Block,
        // "wo").
        return new Architecture(
                        "t5",
                        hidden,
                        layers,
                        Architecture.UNLIMITED,
                        Map.of(
                                "layers", (double) layers,
                                "heads", (double) heads,
                                "head_size", (double) headSize,
                                "buckets", (double) buckets,
                                "max_distance", (double) maxDistance,
                                "norm_epsilon",
                                        json.positiveNumber("layer_norm_epsilon")
                                                .orElse(1e-6)),
                        Map.of("activation", activation, "feed_forward", gated ? "gated" : "plain"),
                        tensors.shapes())
                .withSixteenBitType(Precision.BFLOAT16);
    }

    @Override
    public String canonicalName(String fileName) {
        String name = TensorNames.without(fileName, "transformer.");
        Matcher bias = BIAS.matcher(name);
        if (bias.matches()) {
            return "embeddings.relative_attention_bias.%s.weight".formatted(bias.group(1));
        }
        return name.equals("encoder.embed_tokens.weight") ? WORDS : name;
    }

    /** Encoder and decoder share their table of words, which then is stored once, by either name. */
    @Override
    public Optional<String> standIn(String canonicalName) {
        return canonicalName.equals(WORDS) ? Optional.of("shared.weight") : Optional.empty();
    }

    /** A field that is null counts as "not gated" for transformers, unlike one that is absent. */
    private static boolean gated(JsonConfig json) {
        String key = "is_gated_act";
        return json.keys().contains(key)
                ? json.flag(key).orElse(false)
                : projection(json).startsWith(GATED);
    }

    private static String projection(JsonConfig json) {
        return json.text("feed_forward_proj")
                .orElse(json.requiredText("model_type").equals("t5") ? "relu" : "gated-gelu");
    }

    /** Newer files name the function in a field of its own, which wins. */
    private static String activation(JsonConfig json) {
        String projection = projection(json);
        if (json.has("dense_act_fn")) {
            return Activations.normalised(json, "dense_act_fn", "relu");
        }
        if (projection.equals("gated-gelu")) {
            return "gelu_tanh";
        }
        String before = projection.startsWith(GATED) ? GATED : "";
        return Activations.normalised(json, "feed_forward_proj", before, projection.substring(before.length()));
    }

    /** A quarter of the buckets is for one distance each; the reference divides by their number, and by a logarithm. */
    private static void requireBuckets(JsonConfig json, int buckets, int maxDistance) {
        if (buckets < 4 || maxDistance <= buckets / 4) {
            throw ModelProblem.wrongFile(
                    "%s: relative_attention_num_buckets is %s, relative_attention_max_distance is %s"
                            .formatted(json.subject(), buckets, maxDistance),
                    "There must be 4 buckets or more, and a longer distance than a quarter of them.");
        }
    }
}
