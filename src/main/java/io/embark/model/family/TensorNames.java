/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How files name the tensors of a network. Stateless.
 *
 * @hidden Public for Embark's other rooms only.
 */
public interface TensorNames {
    /** Where the tables lie whose rows are looked up; every other matrix of a network is a linear layer's. */
    String TABLES = "embeddings.";

    /** The table with one row for each token of the vocabulary, in every network. */
    String WORDS = TABLES + "word_embeddings.weight";

    /** The same where there is no network behind it; it may be of whole numbers. */
    String STATIC = TABLES + "table";

    /** Where some tokens share a row of that table: which row each has. Always whole numbers. */
    String ROWS = TABLES + "rows";

    /** The canonical name of a tensor that a file calls {@code fileName}; any name may come in. */
    String canonicalName(String fileName);

    /** The canonical name of the tensor to take where this one is missing: what two parts share may be stored by either name. */
    default Optional<String> standIn(String canonicalName) {
        return Optional.empty();
    }

    /** What a file may have instead of this tensor, whose script takes either: its rows in parts, in order. Empty if nothing. */
    default List<TensorShape> parts(TensorShape tensor) {
        return List.of();
    }

    /** The name without the first of the prefixes that it has. */
    static String without(String name, String... prefixes) {
        for (String prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return name.substring(prefix.length());
            }
        }
        return name;
    }

    /** A tensor's rows in as many equal parts as there are names, each of which stands in the place of {@code whole}. */
    static List<TensorShape> rows(TensorShape tensor, String whole, List<String> names) {
        List<Long> shape = new ArrayList<>(tensor.shape());
        shape.set(0, shape.get(0) / names.size());
        return names.stream()
                .map(name -> new TensorShape(tensor.name().replace(whole, name), shape))
                .toList();
    }

    /** The name in today's words: the oldest checkpoints still carry those of TensorFlow for the parts of a norm. */
    static String modern(String name) {
        if (name.endsWith("LayerNorm.gamma")) {
            return name.substring(0, name.length() - "gamma".length()) + "weight";
        }
        if (name.endsWith("LayerNorm.beta")) {
            return name.substring(0, name.length() - "beta".length()) + "bias";
        }
        return name;
    }
}
