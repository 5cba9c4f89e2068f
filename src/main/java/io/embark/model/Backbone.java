/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static java.util.Objects.requireNonNull;

import io.embark.model.family.Architecture;
import io.embark.model.family.TensorShape;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * What makes a vector of each token of a text, which are pooled then. Immutable.
 *
 * @hidden Public for Embark's other rooms only.
 */
public sealed interface Backbone {
    /** The script that computes it, or that pools what it computes; people know it by this name too: {@code bert}. */
    String script();

    /** Components of one token's vector. */
    int hiddenSize();

    /** The most tokens of one text that it can take; {@link Architecture#UNLIMITED} where it has no table of positions. */
    int maxPositions();

    /** How many tokens there are; empty for a program, which alone knows. */
    OptionalLong vocabulary();

    /** What each kind is taken for; whoever asks thinks of all of them. */
    <T> T match(
            Function<? super Network, ? extends T> network,
            Function<? super StaticTable, ? extends T> table,
            Function<? super Program, ? extends T> program);

    /** A network that Embark computes. */
    record Network(Architecture architecture) implements Backbone {
        /** Refuses null. */
        public Network {
            requireNonNull(architecture, "architecture is null");
        }

        @Override
        public String script() {
            return architecture.family();
        }

        @Override
        public int hiddenSize() {
            return architecture.hiddenSize();
        }

        @Override
        public int maxPositions() {
            return architecture.maxPositions();
        }

        @Override
        public OptionalLong vocabulary() {
            return OptionalLong.of(architecture.vocabulary());
        }

        @Override
        public <T> T match(
                Function<? super Network, ? extends T> network,
                Function<? super StaticTable, ? extends T> table,
                Function<? super Program, ? extends T> program) {
            return network.apply(this);
        }
    }

    /**
     * A table with a vector for each token, whatever stands beside it.
     *
     * @param tokens how many there are, some of which may share a row
     * @param hiddenSize components of a row
     * @param tensors every tensor of it
     */
    record StaticTable(long tokens, int hiddenSize, List<TensorShape> tensors) implements Backbone {
        /** Copies the list. */
        public StaticTable {
            tensors = List.copyOf(tensors);
        }

        @Override
        public String script() {
            return "static";
        }

        @Override
        public int maxPositions() {
            return Architecture.UNLIMITED;
        }

        @Override
        public OptionalLong vocabulary() {
            return OptionalLong.of(tokens);
        }

        @Override
        public <T> T match(
                Function<? super Network, ? extends T> network,
                Function<? super StaticTable, ? extends T> table,
                Function<? super Program, ? extends T> program) {
            return table.apply(this);
        }
    }

    /**
     * A TorchScript program of the model's folder, there only if the options trust the model's code. It brings its own tensors
     * and computes on CPUs.
     *
     * @param file the program
     * @param hiddenSize components of one token's vector
     * @param maxPositions as {@link Backbone#maxPositions()}
     * @param paddingId the token behind a shorter text
     */
    record Program(Path file, int hiddenSize, int maxPositions, int paddingId) implements Backbone {
        /** Refuses null. */
        public Program {
            requireNonNull(file, "file is null");
        }

        @Override
        public String script() {
            return "program";
        }

        @Override
        public OptionalLong vocabulary() {
            return OptionalLong.empty();
        }

        @Override
        public <T> T match(
                Function<? super Network, ? extends T> network,
                Function<? super StaticTable, ? extends T> table,
                Function<? super Program, ? extends T> program) {
            return program.apply(this);
        }
    }
}
