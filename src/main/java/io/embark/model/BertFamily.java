package io.embark.model;

import java.util.List;
import java.util.Map;

/** BERT encoders: MiniLM, E5 v2, BGE, GTE v1, arctic-embed and many more. */
final class BertFamily implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("bert");
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        int hidden = config.width("hidden_size");
        int heads = config.width("num_attention_heads");
        int headSize = config.headSize("hidden_size", "num_attention_heads");
        int layers = config.layers("num_hidden_layers");
        int intermediate = config.width("intermediate_size");
        int vocabulary = config.rows("vocab_size");
        int positions = config.rows("max_position_embeddings");
        int types = config.findRows("type_vocab_size").orElse(2);
        double epsilon = json.positiveNumber("layer_norm_eps").orElse(1e-12);
        String activation = Activations.normalised(json, "hidden_act", "gelu");
        config.require("position_embedding_type", "absolute");
        config.refuse(
                "is_decoder",
                "A BERT decoder looks only backwards; the encoder is what is known here.",
                "Choose a model that is an encoder.");

        TensorList tensors = new TensorList()
                .table(WORDS, vocabulary, hidden)
                .table("embeddings.position_embeddings.weight", positions, hidden)
                .table("embeddings.token_type_embeddings.weight", types, hidden)
                .norm("embeddings.LayerNorm", hidden, true);
        for (int i = 0; i < layers; i++) {
            String layer = "encoder.layer." + i + ".";
            tensors.linear(layer + "attention.self.query", hidden, hidden, true)
                    .linear(layer + "attention.self.key", hidden, hidden, true)
                    .linear(layer + "attention.self.value", hidden, hidden, true)
                    .linear(layer + "attention.output.dense", hidden, hidden, true)
                    .norm(layer + "attention.output.LayerNorm", hidden, true)
                    .linear(layer + "intermediate.dense", hidden, intermediate, true)
                    .linear(layer + "output.dense", intermediate, hidden, true)
                    .norm(layer + "output.LayerNorm", hidden, true);
        }
        return new Architecture(
                "bert",
                hidden,
                layers,
                positions,
                Map.of(
                        "layers", (double) layers,
                        "heads", (double) heads,
                        "head_size", (double) headSize,
                        "norm_epsilon", epsilon),
                Map.of("activation", activation),
                tensors.shapes(),
                tensors.multiplyAddsPerToken());
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.modern(TensorNames.without(fileName, "bert."));
    }
}
