/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import io.embark.model.files.ModelProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the nodes of an ONNX graph tell of its initializers.
 *
 * <p>Exporters name embeddings, biases and norms as the checkpoint does, but fold the transposition of a linear layer's weight
 * into an anonymous initializer. It is the second input of the MatMul whose output is added to {@code X.bias}; and that MatMul
 * is named after the layer's place, {@code /encoder/layer.0/output/dense/MatMul}.
 */
final class OnnxNodes {
    /** Their inputs are numbers of 8 bits and less, whatever stands around them. */
    private static final Pattern QUANTISED = Pattern.compile(
            "(DynamicQuantize|Quantize|Dequantize)Linear|MatMulInteger|ConvInteger|QLinear.+|QAttention|QGemm"
                    + "|DynamicQuantizeMatMul|MatMulIntegerToFloat|QEmbedLayerNormalization|MatMulNBits|MatMulBnb4");

    /** Those of ONNX Runtime's own that take in the matrices or biases of several layers at once. */
    private static final Set<String> FUSED = Set.of(
            "Attention",
            "MultiHeadAttention",
            "GroupQueryAttention",
            "PackedAttention",
            "EmbedLayerNormalization",
            "SkipLayerNormalization",
            "BiasGelu",
            "FastGelu",
            "FusedMatMul");

    private static final String RUNTIME = "com.microsoft";

    /** What torch calls a constant of its own making, newer and older. */
    private static final Pattern ANONYMOUS = Pattern.compile("onnx::\\w+|\\d+");

    private static final Pattern PLACE = Pattern.compile("/(?<layer>.+)/MatMul");

    /** One node; what is of no use may be empty. */
    record Node(String operator, String domain, String name, List<String> inputs, String output) {}

    private final Path file;
    private final Map<String, Node> matMulByOutput = new HashMap<>();
    private final List<Node> additions = new ArrayList<>();

    OnnxNodes(Path file) {
        this.file = file;
    }

    /** Takes the next one; refuses what has no weights of a network any more. */
    void add(Node node) {
        if (QUANTISED.matcher(node.operator()).matches()) {
            throw ModelProblem.unsupported(
                    "%s: the model is quantised: it has a node %s".formatted(file, ModelProblem.show(node.operator())),
                    "Its weights are whole numbers, whose rounding cannot be undone.",
                    "Take the model in float32, as safetensors or model.onnx.");
        }
        if (node.domain().equals(RUNTIME) && FUSED.contains(node.operator())) {
            throw ModelProblem.unsupported(
                    "%s: the model is optimised for ONNX Runtime: it has a node %s"
                            .formatted(file, ModelProblem.show(node.operator())),
                    "The weights of several layers became one, and their names are lost.",
                    "Take the model as it was before, as safetensors or model.onnx.");
        }

        if (node.inputs().size() == 2 && node.operator().equals("MatMul")) {
            matMulByOutput.put(node.output(), node);
        } else if (node.inputs().size() == 2 && node.operator().equals("Add")) {
            additions.add(node);
        }
    }

    /**
     * Gives each weight of a linear layer, by its initializer, the name that it had: first those with a bias, since an exporter
     * that writes no names of places writes biases.
     */
    void nameWeights(BiConsumer<String, String> initializerAndName) {
        for (Node addition : additions) {
            nameWeight(addition.inputs().get(0), addition.inputs().get(1), initializerAndName);
            nameWeight(addition.inputs().get(1), addition.inputs().get(0), initializerAndName);
        }
        for (Node matMul : matMulByOutput.values()) {
            Matcher place = PLACE.matcher(matMul.name());
            String weight = matMul.inputs().get(1);
            if (place.matches() && ANONYMOUS.matcher(weight).matches()) {
                initializerAndName.accept(weight, place.group("layer").replace('/', '.') + ".weight");
            }
        }
    }

    private void nameWeight(String bias, String product, BiConsumer<String, String> initializerAndName) {
        Node matMul = matMulByOutput.get(product);
        if (matMul != null && bias.endsWith(".bias")) {
            String name = bias.substring(0, bias.length() - "bias".length()) + "weight";
            initializerAndName.accept(matMul.inputs().get(1), name);
        }
    }
}
