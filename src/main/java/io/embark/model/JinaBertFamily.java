package io.embark.model;

import java.util.List;
import java.util.Map;

/** Jina BERT v2: jina-embeddings-v2, whose attention gets weaker with the distance (ALiBi) instead of reading positions. */
final class JinaBertFamily implements Family {
    private static final String BERT = "bert";
    private static final String POSITIONS = "position_embedding_type";
    private static final String ALIBI = "alibi";
    private static final String FEED_FORWARD = "feed_forward_type";

    @Override
    public List<String> modelTypes() {
        return List.of(BERT, "jina_bert");
    }

    /** Its files say "bert" as well. */
    @Override
    public boolean reads(JsonConfig config) {
        String type = config.requiredText("model_type");
        return modelTypes().contains(type)
                && (!type.equals(BERT) || config.text(POSITIONS).orElse("").equals(ALIBI));
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        int hidden = config.width("hidden_size");
        int heads = config.width("num_attention_heads");
        int headSize = config.headSize("hidden_size", "num_attention_heads");
        int layers = config.layers("num_hidden_layers");
        int intermediate = config.width("intermediate_size");
        int types = config.findRows("type_vocab_size").orElse(2);
        String feedForward = json.text(FEED_FORWARD).orElse("original");
        boolean gated = !feedForward.equals("original");
        config.require(POSITIONS, ALIBI);
        config.refuse(
                "is_decoder",
                "A decoder looks only backwards; the encoder is what is known here.",
                "Choose a model that is an encoder.");
        refuseNormedQueries(json);

        TensorList tensors = new TensorList()
                .table(WORDS, config.rows("vocab_size"), hidden)
                .table("embeddings.token_type_embeddings.weight", types, hidden)
                .norm("embeddings.LayerNorm", hidden, true);
        for (int i = 0; i < layers; i++) {
            String layer = "layers." + i + ".";
            tensors.linear(layer + "attention.query", hidden, hidden, true)
                    .linear(layer + "attention.key", hidden, hidden, true)
                    .linear(layer + "attention.value", hidden, hidden, true)
                    .linear(layer + "attention.output", hidden, hidden, true)
                    .norm(layer + "attention.norm", hidden, true)
                    .linear(
                            layer + (gated ? "mlp.gate_up" : "mlp.up"),
                            hidden,
                            gated ? 2L * intermediate : intermediate,
                            !gated)
                    .linear(layer + "mlp.down", intermediate, hidden, true)
                    .norm(layer + "mlp.norm", hidden, true);
        }
        return new Architecture(
                "gated",
                hidden,
                layers,
                Architecture.UNLIMITED,
                Map.of(
                        "layers", (double) layers,
                        "heads", (double) heads,
                        "head_size", (double) headSize,
                        "norm_epsilon", json.positiveNumber("layer_norm_eps").orElse(1e-12),
                        "slopes", (double) Integer.highestOneBit(heads)),
                Map.of("activation", activation(json, feedForward)),
                tensors.shapes(),
                tensors.multiplyAddsPerToken());
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.modern(TensorNames.without(fileName, "bert."))
                .replace("encoder.layer.", "layers.")
                .replace(".attention.self.", ".attention.")
                .replace(".attention.output.dense.", ".attention.output.")
                .replace(".attention.output.LayerNorm.", ".attention.norm.")
                .replace(".mlp.gated_layers.", ".mlp.gate_up.")
                .replace(".mlp.wo.", ".mlp.down.")
                .replace(".mlp.layernorm.", ".mlp.norm.")
                .replace(".intermediate.dense.", ".mlp.up.")
                .replace(".output.dense.", ".mlp.down.")
                .replace(".output.LayerNorm.", ".mlp.norm.");
    }

    private static String activation(JsonConfig json, String feedForward) {
        return switch (feedForward) {
            case "original" -> Activations.normalised(json, "hidden_act", "gelu");
            case "geglu" -> "gelu";
            case "reglu" -> "relu";
            default ->
                throw ModelProblem.unsupported(
                        "%s: unknown %s '%s'".formatted(json.subject(), FEED_FORWARD, ModelProblem.show(feedForward)),
                        "Known are: geglu, original, reglu.",
                        "Choose a model with one of these.");
        };
    }

    private static void refuseNormedQueries(JsonConfig json) {
        json.objectOrEmpty("auto_map")
                .text("AutoModel")
                .filter(code -> code.contains("qk-post-norm"))
                .ifPresent(code -> {
                    throw ModelProblem.unsupported(
                            "%s: auto_map: AutoModel is '%s'".formatted(json.subject(), ModelProblem.show(code)),
                            "The variant that norms queries and keys, jina-embeddings-v2-base-code, is not known.",
                            "Choose a model like jina-embeddings-v2-base-en.");
                });
    }
}
