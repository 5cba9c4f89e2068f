/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.files.FolderFiles;
import io.embark.model.files.ModelProblem;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A module of a Sentence Transformers folder, as {@code modules.json} or a Router names it.
 *
 * @param type the class without its package, which changed over time: only its last part stayed the same
 * @param path its sub-folder, "" for the root
 * @param subject where it is listed, for messages
 */
record ListedModule(String type, String path, String subject) {
    static final String STATIC = "StaticEmbedding";
    private static final String PACKAGE = "sentence_transformers.";
    static final String ROUTER = "Router";
    private static final String SPARSE = "It is for sparse vectors.";
    private static final String MANY = "It is for a vector of each token.";
    private static final Set<String> KNOWN = new LinkedHashSet<>(
            List.of("Transformer", STATIC, "Pooling", "Dense", "LayerNorm", "Normalize", "Dropout", ROUTER, "Asym"));

    /** Those of Sentence Transformers that are left out, and why. */
    private static final Map<String, String> OTHERS = Map.ofEntries(
            Map.entry("WeightedLayerPooling", "It needs the states of all layers; only the last layer's are computed."),
            Map.entry("WordWeights", "It weighs tokens by a list of words of its own."),
            Map.entry("WordEmbeddings", "It has a tokenizer of words, which is a Python program."),
            Map.entry("BoW", "It counts words, by a tokenizer that is a Python program."),
            Map.entry("CNN", "Convolutions over tokens are not computed."),
            Map.entry("LSTM", "Recurrent networks are not computed."),
            Map.entry("CLIPModel", "It is for images and texts."),
            Map.entry("MLMTransformer", SPARSE),
            Map.entry("SpladePooling", SPARSE),
            Map.entry("SparseAutoEncoder", SPARSE),
            Map.entry("SparseStaticEmbedding", SPARSE),
            Map.entry("MultiVectorMask", MANY),
            Map.entry("TokenPooling", MANY),
            Map.entry("LogitScore", "It scores pairs of texts."));

    /** A module of a list or of a route; {@code type} as the file has it. */
    static ListedModule read(FolderFiles files, String subject, String type, String path) {
        String last = type.startsWith(PACKAGE) ? type.substring(type.lastIndexOf('.') + 1) : "";
        if (!KNOWN.contains(last)) {
            throw unknown(subject, type, last);
        }
        return new ListedModule(last.equals("Asym") ? ROUTER : last, files.subfolder(subject, path), subject);
    }

    private static RuntimeException unknown(String subject, String type, String last) {
        String reason = OTHERS.containsKey(last) ? OTHERS.get(last) + " " : "";
        return ModelProblem.unsupported(
                "%s: module of type '%s'".formatted(subject, ModelProblem.show(type)),
                reason + "Known modules are: %s.".formatted(String.join(", ", KNOWN)),
                "Choose a model made of these.");
    }

    boolean isStatic() {
        return type.equals(STATIC);
    }

    boolean isRouter() {
        return type.equals(ROUTER);
    }
}
