/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import io.embark.model.Backbones;
import io.embark.model.ModelFolder;
import io.embark.model.WeightValues;
import io.embark.model.weights.Weights;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * BERT and pooling in float64, loop by loop after the formulas of transformers' {@code modeling_bert.py} and Sentence
 * Transformers' {@code pooling.py}; shares the weights with the encoder and nothing else. Names of activations and pooling
 * modes are those of the files.
 */
final class ReferenceBert {
    private final Map<String, float[]> weights = new HashMap<>();
    private final int hidden;
    private final int layers;
    private final int heads;
    private final double epsilon;
    private final String activation;

    ReferenceBert(ModelFolder folder, int heads, double epsilon, String activation) {
        this.hidden = Backbones.architecture(folder).hiddenSize();
        this.layers = Backbones.architecture(folder).layers();
        this.heads = heads;
        this.epsilon = epsilon;
        this.activation = activation;
        try (Weights file = folder.openWeights()) {
            file.tensors().keySet().forEach(name -> weights.put(name, WeightValues.read(file, name, 1 << 16)));
        }
    }

    /** The pooled vector of one text, the modes' results one after the other. */
    double[] embed(int[] ids, List<String> modes) {
        double[][] states = encode(ids);
        double[] vector = new double[hidden * modes.size()];
        for (int m = 0; m < modes.size(); m++) {
            System.arraycopy(pool(states, modes.get(m)), 0, vector, m * hidden, hidden);
        }
        return vector;
    }

    private double[][] encode(int[] ids) {
        double[][] x = new double[ids.length][hidden];
        for (int t = 0; t < ids.length; t++) {
            for (int i = 0; i < hidden; i++) {
                x[t][i] = (double) weights.get("embeddings.word_embeddings.weight")[ids[t] * hidden + i]
                        + weights.get("embeddings.position_embeddings.weight")[t * hidden + i]
                        + weights.get("embeddings.token_type_embeddings.weight")[i];
            }
        }
        normalize(x, "embeddings.LayerNorm");
        for (int i = 0; i < layers; i++) {
            String layer = "encoder.layer." + i + ".";
            double[][] attended = linear(attention(x, layer + "attention.self."), layer + "attention.output.dense");
            x = sum(attended, x);
            normalize(x, layer + "attention.output.LayerNorm");
            double[][] inner = linear(x, layer + "intermediate.dense");
            for (double[] token : inner) {
                Arrays.setAll(token, k -> activate(token[k]));
            }
            x = sum(linear(inner, layer + "output.dense"), x);
            normalize(x, layer + "output.LayerNorm");
        }
        return x;
    }

    private double[][] attention(double[][] x, String prefix) {
        double[][] queries = linear(x, prefix + "query");
        double[][] keys = linear(x, prefix + "key");
        double[][] values = linear(x, prefix + "value");
        int size = hidden / heads;
        double[][] result = new double[x.length][hidden];
        for (int head = 0; head < heads; head++) {
            for (int t = 0; t < x.length; t++) {
                double[] shares = new double[x.length];
                double total = 0;
                for (int other = 0; other < x.length; other++) {
                    double score = 0;
                    for (int i = head * size; i < (head + 1) * size; i++) {
                        score += queries[t][i] * keys[other][i];
                    }
                    shares[other] = Math.exp(score / Math.sqrt(size));
                    total += shares[other];
                }
                for (int other = 0; other < x.length; other++) {
                    for (int i = head * size; i < (head + 1) * size; i++) {
                        result[t][i] += shares[other] / total * values[other][i];
                    }
                }
            }
        }
        return result;
    }

    private double[][] linear(double[][] x, String name) {
        float[] weight = weights.get(name + ".weight");
        float[] bias = weights.get(name + ".bias");
        int in = weight.length / bias.length;
        double[][] y = new double[x.length][bias.length];
        for (int t = 0; t < x.length; t++) {
            for (int out = 0; out < bias.length; out++) {
                y[t][out] = bias[out];
                for (int i = 0; i < in; i++) {
                    y[t][out] += x[t][i] * weight[out * in + i];
                }
            }
        }
        return y;
    }

    private void normalize(double[][] x, String name) {
        float[] gain = weights.get(name + ".weight");
        float[] bias = weights.get(name + ".bias");
        for (double[] token : x) {
            double mean = Arrays.stream(token).average().orElseThrow();
            double variance = Arrays.stream(token)
                    .map(v -> (v - mean) * (v - mean))
                    .average()
                    .orElseThrow();
            Arrays.setAll(token, i -> (token[i] - mean) / Math.sqrt(variance + epsilon) * gain[i] + bias[i]);
        }
    }

    private double activate(double x) {
        return switch (activation) {
            case "gelu" -> x * 0.5 * (1 + erf(x / Math.sqrt(2)));
            case "gelu_new" -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case "relu" -> Math.max(0, x);
            case "silu" -> x / (1 + Math.exp(-x));
            default -> throw new IllegalArgumentException(activation);
        };
    }

    /** DLMF 7.6.2, a series of positive terms only; beyond 6 it is 1 in float64. */
    private static double erf(double x) {
        if (Math.abs(x) > 6) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-20; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    private static double[][] sum(double[][] a, double[][] b) {
        double[][] sum = new double[a.length][];
        for (int t = 0; t < a.length; t++) {
            int token = t;
            sum[t] = new double[a[t].length];
            Arrays.setAll(sum[t], i -> a[token][i] + b[token][i]);
        }
        return sum;
    }

    private static double[] pool(double[][] states, String mode) {
        int tokens = states.length;
        double[] result = new double[states[0].length];
        Arrays.setAll(result, i -> {
            double sum = 0;
            double weighted = 0;
            double weights = 0;
            double max = Double.NEGATIVE_INFINITY;
            for (int t = 0; t < tokens; t++) {
                sum += states[t][i];
                weighted += (t + 1) * states[t][i];
                weights += t + 1;
                max = Math.max(max, states[t][i]);
            }
            return switch (mode) {
                case "cls" -> states[0][i];
                case "max" -> max;
                case "mean" -> sum / tokens;
                case "mean_sqrt_len_tokens" -> sum / Math.sqrt(tokens);
                case "weightedmean" -> weighted / weights;
                case "lasttoken" -> states[tokens - 1][i];
                default -> throw new IllegalArgumentException(mode);
            };
        });
        return result;
    }
}
