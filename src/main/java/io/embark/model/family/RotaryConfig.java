/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family;

import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The parameters of rotary positions, which transformers writes as an object of their own: its kinds are those of {@code
 * modeling_rope_utils.py}.
 *
 * @hidden Public for Embark's other rooms only.
 */
public record RotaryConfig(JsonConfig json) {
    private static final String KINDS = "default, dynamic, linear, llama3, longrope, yarn";
    private static final String OTHER_MODEL = "Choose a model whose rope_type is one of these.";
    private static final String TRAINED = "original_max_position_embeddings";
    private static final String PARTIAL = "partial_rotary_factor";

    /** Refuses any other kind than the plain one, whose angles are not scaled. */
    public static RotaryConfig of(JsonConfig json) {
        RotaryConfig config = new RotaryConfig(json);
        if (!config.type().equals("default")) {
            throw ModelProblem.unsupported(
                    "%s: rope_type is '%s'".formatted(json.subject(), ModelProblem.show(config.type())),
                    "Only 'default' is known: positions whose angles are not scaled.",
                    "Choose a model whose rope_type is 'default'.");
        }
        return config;
    }

    /** What a configuration says of layers that all turn alike: the object of older files wins, where it says something. */
    public static JsonConfig parameters(JsonConfig network) {
        JsonConfig older = network.objectOrEmpty("rope_scaling");
        return older.isEmpty() ? network.objectOrEmpty("rope_parameters") : older;
    }

    /** The base of angles that are not scaled, of layers that all turn alike; {@code silent} where the file does not say. */
    public static double plainBase(JsonConfig network, double silent) {
        of(network.objectOrEmpty("rope_parameters"));
        return of(parameters(network))
                .base()
                .or(() -> network.positiveNumber("rope_theta"))
                .orElse(silent);
    }

    /** The base of the angles, if the object says it. */
    public Optional<Double> base() {
        return json.positiveNumber("rope_theta");
    }

    /**
     * What scripts read, of one object for all layers.
     *
     * @param network the configuration that the object is of
     * @param size components of a head, an even number
     * @param base of the angles where the object says none
     * @param positions the network's {@code max_position_embeddings}
     */
    public String formula(JsonConfig network, int size, double base, int positions) {
        Optional<Integer> ofNetwork = network.positive(TRAINED, Integer.MAX_VALUE);
        boolean whole = json.flag("truncate").orElse(true);
        return new Formula(size, base().orElse(base), positions, ofNetwork, whole).text();
    }

    /** The same of an object for the layers of one type. */
    public String formulaOfLayers(int size, double base, int positions) {
        return new Formula(size, base().orElse(base), positions, Optional.empty(), true).text();
    }

    private String type() {
        return json.text("rope_type").or(() -> json.text("type")).orElse("default");
    }

    /**
     * The kind and its numbers, parted by blanks: by what cosine and sine are multiplied, up to which length texts have the same
     * frequencies (0: all have), the base, and the kind's own.
     */
    private final class Formula {
        private final int size;
        private final double base;
        private final int positions;
        private final Optional<Integer> trained;
        private final boolean whole;

        /**
         * Parameters with what stands around them.
         *
         * @param trained what the network itself says of the positions it was trained with, which wins
         * @param whole whether yarn's bounds are whole numbers
         */
        private Formula(int size, double base, int positions, Optional<Integer> trained, boolean whole) {
            this.size = size;
            this.base = base;
            this.positions = positions;
            this.trained = trained;
            this.whole = whole;
        }

        String text() {
            String type = type();
            if (!type.equals("default")) {
                requireWholeHeads();
            }
            return switch (type) {
                case "default" -> text(1, 0, List.of());
                case "linear" -> text(1, 0, List.of(factor()));
                case "dynamic" -> dynamic();
                case "llama3" ->
                    text(
                            1,
                            0,
                            List.of(
                                    factor(),
                                    json.requiredPositiveNumber("low_freq_factor"),
                                    json.requiredPositiveNumber("high_freq_factor"),
                                    (double) trained()));
                case "yarn" -> yarn();
                case "longrope" -> longrope();
                default ->
                    throw ModelProblem.unsupported(
                            "%s: rope_type is '%s'".formatted(json.subject(), ModelProblem.show(type)),
                            "Known are: %s.".formatted(KINDS),
                            OTHER_MODEL);
            };
        }

        private String text(double attention, int limit, List<Double> numbers) {
            List<Double> all = new ArrayList<>(List.of(attention, (double) limit, base));
            all.addAll(numbers);
            return type() + " " + all.stream().map(Object::toString).collect(Collectors.joining(" "));
        }

        private double factor() {
            return json.requiredPositiveNumber("factor");
        }

        /** The same where it follows from the two lengths if it is not said. */
        private double factorOrRatio() {
            return json.positiveNumber("factor").orElseGet(() -> (double) positions / trained());
        }

        private int trained() {
            return trained.or(() -> json.positive(TRAINED, Integer.MAX_VALUE)).orElse(positions);
        }

        private String dynamic() {
            if (size == 2) {
                throw ModelProblem.wrongFile(
                        "%s: rope_type is 'dynamic'".formatted(json.subject()), "A head has 2 components only.");
            }
            return text(1, positions, List.of(factor()));
        }

        private String yarn() {
            double factor = factorOrRatio();
            double bound = size - 1.0;
            double low = Math.max(turns(json.positiveNumber("beta_fast").orElse(32.0), true), 0);
            double high = Math.min(turns(json.positiveNumber("beta_slow").orElse(1.0), false), bound);
            double attention = json.positiveNumber("attention_factor").orElseGet(() -> {
                Optional<Double> mscale = json.positiveNumber("mscale");
                Optional<Double> ofAll = json.positiveNumber("mscale_all_dim");
                return mscale.isPresent() && ofAll.isPresent()
                        ? growth(factor, mscale.get()) / growth(factor, ofAll.get())
                        : growth(factor, 1);
            });
            return text(attention, 0, List.of(factor, low, low == high ? high + 0.001 : high));
        }

        /** The pair of components that turns so many times within the trained length. */
        private double turns(double rotations, boolean down) {
            double pair = size * Math.log(trained() / (rotations * 2 * Math.PI)) / (2 * Math.log(base));
            if (!whole) {
                return pair;
            }
            return down ? Math.floor(pair) : Math.ceil(pair);
        }

        private static double growth(double factor, double scale) {
            return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
        }

        private String longrope() {
            double factor = factorOrRatio();
            double attention = json.positiveNumber("attention_factor")
                    .orElseGet(() -> factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(trained())));
            List<Double> numbers = new ArrayList<>(factors("short_factor"));
            numbers.addAll(factors("long_factor"));
            return text(attention, trained(), numbers);
        }

        /** One for each pair of components. */
        private List<Double> factors(String key) {
            List<Double> factors = json.positiveNumbers(key);
            if (factors.size() != size / 2) {
                throw ModelProblem.wrongFile(
                        "%s: %s has %s entries".formatted(json.subject(), key, factors.size()),
                        "A head has %s pairs of components.".formatted(size / 2));
            }
            return factors;
        }

        /** Where angles are scaled, transformers fails if only a part of a head is turned. */
        private void requireWholeHeads() {
            double part = json.positiveNumber(PARTIAL).orElse(1.0);
            if (part != 1) {
                throw ModelProblem.unsupported(
                        "%s: %s is %s".formatted(json.subject(), PARTIAL, part),
                        "Scaled positions turn whole heads in the networks that are known.",
                        "Choose a model without it.");
            }
        }
    }
}
