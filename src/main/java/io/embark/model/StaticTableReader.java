/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.family.TensorList;
import io.embark.model.family.TensorNames;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.ModelProblem;
import io.embark.model.weights.NeededTensors;
import io.embark.model.weights.StoredTensor;
import io.embark.model.weights.WeightsFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The StaticEmbedding module: a table with a row for each token, of which a text gets the mean. It has no configuration; what
 * the header of its weights says is all that is known.
 */
final class StaticTableReader {
    /** What Sentence Transformers calls the table, and what Model2Vec does. */
    private static final String OWN_NAME = "embedding.weight";

    private static final String MODEL2VEC_NAME = "embeddings";

    /** Model2Vec has these where tokens share rows: the number of each token's row, and what it is multiplied by. */
    private static final String MAPPING = "mapping";

    private static final String FACTORS = "weights";
    private static final String CANONICAL_FACTORS = TensorNames.TABLES + "factors";

    /** Before the names of all other tensors, which are not to be taken for those. */
    private static final String UNUSED = "unused.";

    private static final int MAX_WIDTH = 1 << 18;
    private static final int MAX_TOKENS = 1 << 28;

    /** Numbers of rows are exact in float32. */
    private static final int MAX_SHARED_ROWS = 1 << 24;

    private StaticTableReader() {}

    static BackboneReader read(FolderFiles files, String directory) {
        List<StoredTensor> stored = WeightsFiles.find(files, directory, "").tensors();
        Optional<StoredTensor> own = find(stored, OWN_NAME);
        StoredTensor table = own.or(() -> find(stored, MODEL2VEC_NAME))
                .orElseThrow(() -> ModelProblem.invalid(
                        "%s: the weights have no tensor %s"
                                .formatted(files.root().resolve(directory), OWN_NAME),
                        "A StaticEmbedding module has its table there, or under Model2Vec's name %s."
                                .formatted(MODEL2VEC_NAME),
                        "Take all files from the same model."));
        long rows = size(table, 0, 2, MAX_TOKENS);
        long width = size(table, 1, 2, MAX_WIDTH);
        TensorList tensors = new TensorList();

        // Sentence Transformers reads them beside Model2Vec's name only.
        Optional<StoredTensor> mapping = own.isPresent() ? Optional.empty() : find(stored, MAPPING);
        Optional<StoredTensor> factors = own.isPresent() ? Optional.empty() : find(stored, FACTORS);
        long tokens = mapping.map(tensor -> size(tensor, 0, 1, MAX_TOKENS)).orElse(rows);
        if (mapping.isPresent()) {
            size(table, 0, 2, MAX_SHARED_ROWS);
            tensors.tensor(TensorNames.ROWS, tokens);
        }
        factors.ifPresent(tensor -> {
            if (size(tensor, 0, 1, MAX_TOKENS) != tokens) {
                throw ModelProblem.wrongFile(
                        "%s: tensor %s has %s numbers"
                                .formatted(
                                        tensor.file(), FACTORS, tensor.shape().get(0)),
                        "There are %s tokens, each of which needs one.".formatted(tokens));
            }
            tensors.tensor(CANONICAL_FACTORS, tokens);
        });
        tensors.table(TensorNames.STATIC, rows, width);

        Map<String, String> canonical = Map.of(
                own.isPresent() ? OWN_NAME : MODEL2VEC_NAME,
                TensorNames.STATIC,
                MAPPING,
                TensorNames.ROWS,
                FACTORS,
                CANONICAL_FACTORS);
        return new BackboneReader(
                new Backbone.StaticTable(tokens, (int) width, tensors.shapes()),
                Optional.of(new NeededTensors(
                        directory, "", name -> canonical.getOrDefault(name, UNUSED + name), tensors.shapes())),
                Optional.empty());
    }

    private static Optional<StoredTensor> find(List<StoredTensor> stored, String name) {
        return stored.stream().filter(tensor -> tensor.name().equals(name)).findFirst();
    }

    /** One size of a tensor, which must be within bounds that no such table comes near. */
    private static long size(StoredTensor tensor, int dimension, int dimensions, int max) {
        List<Long> shape = tensor.shape();
        Path file = tensor.file();
        if (shape.size() != dimensions || shape.get(dimension) < 1 || shape.get(dimension) > max) {
            throw ModelProblem.wrongFile(
                    "%s: tensor %s has the shape %s".formatted(file, tensor.name(), ModelProblem.show(shape)),
                    "A StaticEmbedding module needs %s sizes there, of which number %s is from 1 to %s."
                            .formatted(dimensions, dimension + 1, max));
        }
        return shape.get(dimension);
    }
}
