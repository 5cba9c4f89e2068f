/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.embark.model.ModelFolder;
import io.embark.model.PoolingMode;
import io.embark.text.TextTokenizer;
import io.embark.text.TokenizedText;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A BERT model as ONNX Runtime computes it, one text at a time and without padding, pooled by the mean or the first token and
 * normalised in float64 here. Shares nothing with Embark but the weights file, the tokenizer and what the folder says of both.
 */
final class OnnxOracle implements AutoCloseable {
    private final TextTokenizer tokenizer;
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final boolean firstToken;

    OnnxOracle(ModelFolder folder) throws OrtException {
        firstToken = folder.specification().pooling().equals(List.of(PoolingMode.CLS));
        tokenizer = TextTokenizer.open(folder, folder.specification().maxTokens());
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(1);
        session = environment.createSession(folder.path().resolve("model.onnx").toString(), options);
    }

    /** The vectors of texts, {@code [texts][dimension]}; on all processors, each text by itself. */
    float[][] embed(List<String> texts) {
        return texts.parallelStream().map(this::embed).toArray(float[][]::new);
    }

    private float[] embed(String text) {
        try {
            return run(text);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private float[] run(String text) throws OrtException {
        TokenizedText tokenized = tokenizer.tokenize(List.of(text)).get(0);
        long[] ids = Arrays.stream(tokenized.ids()).asLongStream().toArray();
        long[] shape = {1, ids.length};
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        try (OnnxTensor input = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
                OnnxTensor mask = OnnxTensor.createTensor(environment, LongBuffer.wrap(ones), shape);
                OnnxTensor types = OnnxTensor.createTensor(environment, LongBuffer.allocate(ids.length), shape);
                OrtSession.Result result =
                        session.run(Map.of("input_ids", input, "attention_mask", mask, "token_type_ids", types))) {
            float[][][] states = (float[][][]) result.get(0).getValue();
            return normalized(firstToken ? mean(new float[][] {states[0][0]}) : mean(states[0]));
        }
    }

    private static double[] mean(float[][] states) {
        double[] mean = new double[states[0].length];
        for (float[] state : states) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += state[i] / states.length;
            }
        }
        return mean;
    }

    private static float[] normalized(double[] vector) {
        double length = Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum());
        float[] result = new float[vector.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = (float) (vector[i] / length);
        }
        return result;
    }

    @Override
    public void close() throws OrtException {
        session.close();
        tokenizer.close();
    }
}
