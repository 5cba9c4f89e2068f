package io.embark.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** BERT encoders: MiniLM, E5 v2, BGE, GTE v1, arctic-embed and many more. */
final class BertFamily implements Family {
    /** Bounds that no such model comes near; within them no product of sizes overflows and no list grows out of hand. */
    private static final int MAX_LAYERS = 1_000;

    private static final int MAX_WIDTH = 1 << 18;
    private static final int MAX_ROWS = 1 << 28;

    private static final String PREFIX = "bert.";

    @Override
    public String modelType() {
        return "bert";
    }

    @Override
    public Architecture read(JsonConfig config) {
        int hidden = config.requiredPositive("hidden_size", MAX_WIDTH);
        int layers = config.requiredPositive("num_hidden_layers", MAX_LAYERS);
        int heads = config.requiredPositive("num_attention_heads", MAX_WIDTH);
        int intermediate = config.requiredPositive("intermediate_size", MAX_WIDTH);
        int vocabulary = config.requiredPositive("vocab_size", MAX_ROWS);
        int positions = config.requiredPositive("max_position_embeddings", MAX_ROWS);
        int types = config.positive("type_vocab_size", MAX_ROWS).orElse(2);
        double epsilon = config.positiveNumber("layer_norm_eps").orElse(1e-12);
        String activation = Activations.normalised(config, "hidden_act", "gelu");
        requireWholeHeads(config, hidden, heads);
        refuseOtherPositions(config);
        refuseDecoder(config);

        return new Architecture(
                modelType(),
                hidden,
                layers,
                positions,
                Map.of("layers", (double) layers, "heads", (double) heads, "layer_norm_eps", epsilon),
                Map.of("activation", activation),
                tensors(layers, hidden, intermediate, vocabulary, positions, types),
                layers * (4L * hidden * hidden + 2L * hidden * intermediate));
    }

    @Override
    public String canonicalName(String fileName) {
        String name = fileName.startsWith(PREFIX) ? fileName.substring(PREFIX.length()) : fileName;
        // TensorFlow's names, which the oldest checkpoints still carry.
        if (name.endsWith("LayerNorm.gamma")) {
            return name.substring(0, name.length() - "gamma".length()) + "weight";
        }
        if (name.endsWith("LayerNorm.beta")) {
            return name.substring(0, name.length() - "beta".length()) + "bias";
        }
        return name;
    }

    private static void requireWholeHeads(JsonConfig config, int hidden, int heads) {
        if (hidden % heads != 0) {
            throw ModelProblem.invalid(
                    "%s: hidden_size is %d, num_attention_heads is %d".formatted(config.subject(), hidden, heads),
                    "The hidden size must be a multiple of the heads.",
                    "Take the file from the place where the model was published.");
        }
    }

    private static void refuseOtherPositions(JsonConfig config) {
        String positionType = config.text("position_embedding_type").orElse("absolute");
        if (!positionType.equals("absolute")) {
            throw ModelProblem.unsupported(
                    "%s: position_embedding_type is '%s'".formatted(config.subject(), ModelProblem.show(positionType)),
                    "Only 'absolute' positions are known for BERT.",
                    "Choose a model with absolute positions.");
        }
    }

    private static void refuseDecoder(JsonConfig config) {
        if (config.flag("is_decoder").orElse(false)) {
            throw ModelProblem.unsupported(
                    "%s: is_decoder is true".formatted(config.subject()),
                    "A BERT decoder looks only backwards; the encoder is what is known here.",
                    "Choose a model that is an encoder.");
        }
    }

    private static List<TensorShape> tensors(
            int layers, long hidden, long intermediate, long vocabulary, long positions, long types) {
        List<TensorShape> tensors = new ArrayList<>();
        tensors.add(new TensorShape("embeddings.word_embeddings.weight", List.of(vocabulary, hidden)));
        tensors.add(new TensorShape("embeddings.position_embeddings.weight", List.of(positions, hidden)));
        tensors.add(new TensorShape("embeddings.token_type_embeddings.weight", List.of(types, hidden)));
        addNorm(tensors, "embeddings.LayerNorm", hidden);
        for (int i = 0; i < layers; i++) {
            String layer = "encoder.layer." + i + ".";
            addLinear(tensors, layer + "attention.self.query", hidden, hidden);
            addLinear(tensors, layer + "attention.self.key", hidden, hidden);
            addLinear(tensors, layer + "attention.self.value", hidden, hidden);
            addLinear(tensors, layer + "attention.output.dense", hidden, hidden);
            addNorm(tensors, layer + "attention.output.LayerNorm", hidden);
            addLinear(tensors, layer + "intermediate.dense", intermediate, hidden);
            addLinear(tensors, layer + "output.dense", hidden, intermediate);
            addNorm(tensors, layer + "output.LayerNorm", hidden);
        }
        return tensors;
    }

    private static void addLinear(List<TensorShape> tensors, String name, long out, long in) {
        tensors.add(new TensorShape(name + ".weight", List.of(out, in)));
        tensors.add(new TensorShape(name + ".bias", List.of(out)));
    }

    private static void addNorm(List<TensorShape> tensors, String name, long size) {
        tensors.add(new TensorShape(name + ".weight", List.of(size)));
        tensors.add(new TensorShape(name + ".bias", List.of(size)));
    }
}
