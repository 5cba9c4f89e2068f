/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.sink.Capability;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.SinkRequest;
import io.embark.job.table.DataSourceClass;
import io.embark.job.table.FormatOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
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
    ORC(Capability.KEEPS_TYPES),
    /** By a jar of its own. Whole numbers of less than 32 bits become int, and are int to a reader. */
    AVRO(Capability.KEEPS_TYPES);

    private static final Pattern NAME_IN_AVRO = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

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

    /** The format that a request is for, Parquet where it says nothing; empty if it is none of files. */
    public static Optional<FolderFormat> of(SinkRequest request) {
        return request.format().isEmpty()
                ? Optional.of(PARQUET)
                : request.format().flatMap(FolderFormat::named);
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
                throw OutputErrors.losesName(
                        output, name, sparkName(), "Spark's writer ends the name at the backtick.");
            }
            if (this == AVRO && !NAME_IN_AVRO.matcher(name).matches()) {
                throw OutputErrors.losesName(
                        output, name, sparkName(), "Names there are of letters from A to Z, digits and underscores.");
            }
        }
    }

    /**
     * The format of a request that names one of files, with its jar there and options that it has.
     *
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID}, {@link ErrorCode#OPTION_INVALID} or {@link
     *     ErrorCode#OPTION_UNKNOWN} otherwise
     */
    public static FolderFormat checked(SparkSession spark, SinkRequest request) {
        FolderFormat format = of(request).orElseThrow();
        format.requireJar(spark);
        OutputErrors.requireNoPlace(request.options().keySet());
        FormatOptions.requireKnown("sink-option", format.sparkName(), request.options());
        return format;
    }

    boolean keepsTypes() {
        return keeps.contains(Capability.KEEPS_TYPES);
    }

    /** What files of the format hold of columns of these types. */
    StructType kept(StructType schema) {
        return this == AVRO ? (StructType) inAvro(schema) : schema;
    }

    private static DataType inAvro(DataType type) {
        if (type instanceof StructType struct) {
            return new StructType(Arrays.stream(struct.fields())
                    .map(field ->
                            new StructField(field.name(), inAvro(field.dataType()), field.nullable(), field.metadata()))
                    .toArray(StructField[]::new));
        }
        if (type instanceof ArrayType array) {
            return DataTypes.createArrayType(inAvro(array.elementType()), array.containsNull());
        }
        if (type instanceof MapType map) {
            return DataTypes.createMapType(map.keyType(), inAvro(map.valueType()), map.valueContainsNull());
        }
        return type.equals(DataTypes.ByteType) || type.equals(DataTypes.ShortType) ? DataTypes.IntegerType : type;
    }

    /**
     * Checks that Spark can write the format.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if its jar is not there
     */
    public void requireJar(SparkSession spark) {
        DataSourceClass.require(spark, "output-format", sparkName(), names());
    }
}
