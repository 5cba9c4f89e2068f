/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family;

import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.Optional;

/**
 * The {@code config.json} of a network, sizes read within bounds that no such model comes near; within them no product of
 * sizes overflows and no list grows out of hand.
 *
 * @hidden Public for Embark's other rooms only.
 */
public record NetworkConfig(JsonConfig json) {
    private static final int MAX_LAYERS = 1_000;
    private static final int MAX_WIDTH = 1 << 18;
    private static final int MAX_ROWS = 1 << 28;

    /** How many layers there are. */
    public int layers(String key) {
        return json.requiredPositive(key, MAX_LAYERS);
    }

    /** The same where the file may be silent. */
    public Optional<Integer> findLayers(String key) {
        return json.positive(key, MAX_LAYERS);
    }

    /** Components of a vector, or how many heads share them. */
    public int width(String key) {
        return json.requiredPositive(key, MAX_WIDTH);
    }

    /** The same where the file may be silent. */
    public Optional<Integer> findWidth(String key) {
        return json.positive(key, MAX_WIDTH);
    }

    /** Rows of a table. */
    public int rows(String key) {
        return json.requiredPositive(key, MAX_ROWS);
    }

    /** The same where the file may be silent. */
    public Optional<Integer> findRows(String key) {
        return json.positive(key, MAX_ROWS);
    }

    /** The same with a default, where null says that there is nothing of the kind. */
    public Optional<Integer> rowsUnlessNull(String key, int silent) {
        Optional<Integer> said = findRows(key);
        return json.keys().contains(key) ? said : Optional.of(silent);
    }

    /** A number of things of which there need not be any, or the place of one of them. */
    public Optional<Integer> findNatural(String key) {
        return json.natural(key, MAX_ROWS);
    }

    /** The width of a head where all of them together are as wide as the network. */
    public int headSize(String hiddenKey, String headsKey) {
        int hidden = width(hiddenKey);
        int heads = width(headsKey);
        if (hidden % heads != 0) {
            throw ModelProblem.wrongFile(
                    "%s: %s is %s, %s is %s".formatted(json.subject(), hiddenKey, hidden, headsKey, heads),
                    "The hidden size must be a multiple of the heads.");
        }
        return hidden / heads;
    }

    /** The same where positions turn pairs of components. */
    public int rotaryHeadSize(String hiddenKey, String headsKey) {
        int size = headSize(hiddenKey, headsKey);
        findWidth("head_dim").filter(stated -> stated != size).ifPresent(stated -> {
            throw ModelProblem.unsupported(
                    "%s: head_dim is %s".formatted(json.subject(), stated),
                    "All heads together are as wide as the network, which makes %s.".formatted(size),
                    "Choose a model without head_dim.");
        });
        if (size % 2 != 0) {
            throw ModelProblem.wrongFile(
                    "%s: %s is %s, %s is %s"
                            .formatted(json.subject(), hiddenKey, width(hiddenKey), headsKey, width(headsKey)),
                    "That makes heads of %s components, but rotary positions turn pairs.".formatted(size));
        }
        return size;
    }

    /** Refuses a flag that is set. */
    public void refuse(String key, String reason, String remedy) {
        if (json.flag(key).orElse(false)) {
            throw ModelProblem.unsupported("%s: %s is true".formatted(json.subject(), key), reason, remedy);
        }
    }

    /** Refuses the flag that makes a decoder of the network. */
    public void refuseDecoder(String key) {
        refuse(
                key,
                "A decoder looks only backwards; the encoder is what is known here.",
                "Choose a model that is an encoder.");
    }

    /** Refuses a text other than the one that the family's script computes; where the file is silent, that one is meant. */
    public void require(String key, String known) {
        String value = json.text(key).orElse(known);
        if (!value.equals(known)) {
            throw ModelProblem.unsupported(
                    "%s: %s is '%s'".formatted(json.subject(), key, ModelProblem.show(value)),
                    "Only '%s' is known for models of this type.".formatted(known),
                    "Choose a model with %s '%s'.".formatted(key, known));
        }
    }
}
