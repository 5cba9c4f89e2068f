/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.sink.Capability;
import io.embark.job.sink.OutputErrors;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.types.StructType;

/**
 * The kinds of files that can be written; Spark's own formats, each knowing arrays of floats. What a format can do stands with
 * its constant, and a test holds it to what Spark really does.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum FolderFormat {
    PARQUET(Capability.KEEPS_METADATA, Capability.KEEPS_TYPES),
    JSON,
    ORC(Capability.KEEPS_TYPES);

    @SuppressWarnings("ImmutableEnumChecker") // a set that Set.of made
    private final Set<Capability> keeps;

    FolderFormat(Capability... keeps) {
        this.keeps = Set.of(keeps);
    }

    /** The names of all formats, as Spark knows them. */
    public static List<String> names() {
        return Arrays.stream(values()).map(FolderFormat::sparkName).toList();
    }

    /** The format of a name, in letters of either case; empty if it is none of files. */
    public static Optional<FolderFormat> named(String name) {
        return Arrays.stream(values())
                .filter(format -> format.sparkName().equalsIgnoreCase(name))
                .findFirst();
    }

    public String sparkName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What files of the format keep of a table. */
    public Set<Capability> keeps() {
        return keeps;
    }

    /**
     * Checks that files of the format can have columns of these names.
     *
     * @param output the output as errors call it
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if one would be written under another name
     */
    public void requireNames(String output, StructType schema) {
        for (String name : schema.fieldNames()) {
            if (this == ORC && name.contains("`")) {
                throw OutputErrors.losesName(output, name, sparkName());
            }
        }
    }

    boolean keepsTypes() {
        return keeps.contains(Capability.KEEPS_TYPES);
    }
}
