/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The kinds of files that can be written; Spark's own formats, each knowing arrays of floats. What a format can do stands with
 * its constant, and a test holds it to what Spark really does.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum SinkFormat {
    PARQUET(Ability.KEEPS_METADATA, Ability.KEEPS_TYPES, Ability.READS_BACK),
    JSON(Ability.READS_BACK),
    ORC(Ability.KEEPS_TYPES, Ability.READS_BACK);

    private enum Ability {
        KEEPS_METADATA,
        KEEPS_TYPES,
        COMMITS_BY_ITSELF,
        READS_BACK
    }

    @SuppressWarnings("ImmutableEnumChecker") // a set that Set.of made
    private final Set<Ability> abilities;

    SinkFormat(Ability... abilities) {
        this.abilities = Set.of(abilities);
    }

    /** The names of all formats, as Spark knows them. */
    static List<String> names() {
        return Arrays.stream(values()).map(SinkFormat::sparkName).toList();
    }

    String sparkName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a reader finds with a column what was said about it, for vectors the model that they come from. */
    public boolean keepsMetadata() {
        return abilities.contains(Ability.KEEPS_METADATA);
    }

    /** Whether a reader finds the types that were written, rather than guessing them from text. */
    boolean keepsTypes() {
        return abilities.contains(Ability.KEEPS_TYPES);
    }

    /** Whether an output that is there is replaced at once and as a whole, so that it need not be written elsewhere first. */
    boolean commitsByItself() {
        return abilities.contains(Ability.COMMITS_BY_ITSELF);
    }

    /** Whether Spark can read what it wrote. */
    boolean readsBack() {
        return abilities.contains(Ability.READS_BACK);
    }
}
