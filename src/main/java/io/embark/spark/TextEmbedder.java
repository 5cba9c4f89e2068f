/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static java.util.Objects.requireNonNull;
import static org.apache.spark.ml.functions.array_to_vector;
import static org.apache.spark.sql.functions.when;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.spark.call.VectorValue;
import io.embark.spark.models.SparkSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Embeds a column of texts as a stage of a Spark ML pipeline: {@link EmbarkFunctions#embed} with its options as params.
 *
 * <pre>{@code
 * new TextEmbedder().setInputCol("body").setOutputCol("features").setOutputAsVector(true).set(EmbedOptions.DIMENSIONS, 256)
 * }</pre>
 *
 * <p>Each option of {@link EmbedOptions} is a param, named without dashes: {@code promptName} is {@code prompt-name}. An option
 * that is not set is the session's, as it is for {@code embed(col)}; it is not saved either, so set what must not change. A
 * saved stage holds the reference of its model, not the model. Like all stages it is not safe for use by several threads while
 * it is being set.
 */
public final class TextEmbedder extends Transformer implements DefaultParamsWritable {
    private static final long serialVersionUID = 1L;

    private final String uid;
    private final Param<String> inputCol;
    private final Param<String> outputCol;
    private final BooleanParam outputAsVector;
    private final List<OptionParam> options = new ArrayList<>();

    /** A stage of its own. */
    public TextEmbedder() {
        this(Identifiable$.MODULE$.randomUID("textEmbedder"));
    }

    /** A stage under an identifier that there is already; Spark loads and copies stages by it. */
    @SuppressWarnings("this-escape") // params ask their parent for its uid, which is set first
    public TextEmbedder(String uid) {
        this.uid = requireNonNull(uid, "uid is null");
        this.inputCol = new Param<>(this, "inputCol", "The column of the texts, by its very name.");
        this.outputCol = new Param<>(this, "outputCol", "The column to add.");
        this.outputAsVector = new BooleanParam(
                this,
                "outputAsVector",
                "Whether the column holds vectors of Spark ML, which its other stages take, and not the arrays of embed.");
        EmbedOptions.all().forEach(option -> options.add(new OptionParam(this, option)));
        setDefault(inputCol, "text");
        setDefault(outputCol, "embedding");
        setDefault(outputAsVector, false);
    }

    /** Sets the column of the texts; {@code text} by default. A name with dots is a name, not a path. */
    public TextEmbedder setInputCol(String name) {
        set(inputCol, requireNonNull(name, "name is null"));
        return this;
    }

    /** Sets the column to add; {@code embedding} by default. */
    public TextEmbedder setOutputCol(String name) {
        set(outputCol, requireNonNull(name, "name is null"));
        return this;
    }

    /** Sets whether the new column holds vectors of Spark ML; {@code false}, which means {@code array<float>}, by default. */
    public TextEmbedder setOutputAsVector(boolean asVector) {
        set(outputAsVector, asVector);
        return this;
    }

    /** The same as {@link #set(Option, Object)} with {@link EmbedOptions#MODEL}. */
    public TextEmbedder setModel(String model) {
        return set(EmbedOptions.MODEL, requireNonNull(model, "model is null"));
    }

    /**
     * Sets an option; null leaves it to the session again.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the option does not take the value
     */
    public <T> TextEmbedder set(Option<T> option, T value) {
        if (value == null) {
            clear(param(option));
        } else {
            set(param(option), (Object) Option.write(value));
        }
        return this;
    }

    /** The column of the texts. */
    public String getInputCol() {
        return $(inputCol);
    }

    /** The column to add. */
    public String getOutputCol() {
        return $(outputCol);
    }

    /** Whether the new column holds vectors of Spark ML. */
    public boolean getOutputAsVector() {
        return (Boolean) $(outputAsVector);
    }

    /** The param of {@link #getInputCol}, for a {@link ParamMap}. */
    public Param<String> inputCol() {
        return inputCol;
    }

    /** The param of {@link #getOutputCol}, for a {@link ParamMap}. */
    public Param<String> outputCol() {
        return outputCol;
    }

    /** The param of {@link #getOutputAsVector}, for a {@link ParamMap}. */
    public BooleanParam outputAsVector() {
        return outputAsVector;
    }

    /** The param of an option, for a {@link ParamMap}. It takes a value of the option, or its text. */
    public Param<Object> param(Option<?> option) {
        return options.stream()
                .filter(param -> param.key().equals(option.key()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no option of EmbedOptions: " + option));
    }

    /** The options that are set. */
    public EmbedOptions options() {
        Map<String, String> chosen = new LinkedHashMap<>();
        for (OptionParam param : options) {
            if (isSet(param)) {
                chosen.put(param.key(), String.valueOf($(param)));
            }
        }
        return EmbedOptions.parse(chosen);
    }

    /** All params by name. Spark would look for a method for each, and a new option would need one. */
    @Override
    public Param<?>[] params() {
        List<Param<?>> params = new ArrayList<>(List.of(inputCol, outputCol, outputAsVector));
        params.addAll(options);
        params.sort(Comparator.comparing(Param::name));
        return params.toArray(Param<?>[]::new);
    }

    /**
     * Adds the column; nothing is embedded until a row of the result is asked for.
     *
     * @throws EmbarkException as {@link #transformSchema} does
     */
    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        transformSchema(dataset.schema());
        Column vector = EmbarkFunctions.embed(dataset.col("`" + getInputCol().replace("`", "``") + "`"), options());
        // Spark's function takes no null.
        return dataset.withColumn(
                getOutputCol(), getOutputAsVector() ? when(vector.isNotNull(), array_to_vector(vector)) : vector);
    }

    /**
     * The columns after this stage.
     *
     * @throws EmbarkException {@link ErrorCode#COLUMN_INVALID} if there is no input column, it holds no strings, or there is an
     *     output column already; {@link ErrorCode#OPTION_INVALID} if vectors of Spark ML are asked for in an encoding
     */
    @Override
    public StructType transformSchema(StructType schema) {
        StructField input = find(schema, getInputCol());
        if (input == null) {
            throw ColumnErrors.missing(getInputCol(), schema, "setInputCol");
        }
        if (!input.dataType().equals(DataTypes.StringType)) {
            throw ColumnErrors.notText(input, schema, "setInputCol", "before");
        }
        if (find(schema, getOutputCol()) != null) {
            throw FunctionErrors.wouldReplaceColumn(uid, getOutputCol());
        }

        Encoding encoding = options().orElse(SparkSettings.ofActiveSession()).get(EmbedOptions.ENCODING);
        if (getOutputAsVector() && encoding != Encoding.FLOAT32) {
            throw FunctionErrors.codesAsVectorsOfMl(encoding);
        }

        DataType type = getOutputAsVector() ? SQLDataTypes.VectorType() : VectorValue.type(encoding);
        return schema.add(getOutputCol(), type, true);
    }

    /** The first column of this name as the session compares names; null if there is none. */
    private static StructField find(StructType schema, String name) {
        for (StructField field : schema.fields()) {
            if ((Boolean) SQLConf.get().resolver().apply(field.name(), name)) {
                return field;
            }
        }
        return null;
    }

    @Override
    public TextEmbedder copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    @Override
    public String uid() {
        return uid;
    }

    /** Writes the params that are set, as JSON. */
    @Override
    public MLWriter write() {
        return DefaultParamsWritable.super.write();
    }

    /**
     * A reader of what {@link #write} wrote; Spark looks for it by this name. {@link EmbedOptions#TRUST_MODEL_CODE} is not set
     * in what it reads: whom to trust is for whoever loads a stage to say, not for whoever saved it.
     */
    public static MLReader<TextEmbedder> read() {
        return new DefaultParamsReader<>() {
            @Override
            public TextEmbedder load(String path) {
                return super.load(path).set(EmbedOptions.TRUST_MODEL_CODE, null);
            }
        };
    }

    /** The same as {@code read().load(path)}. */
    public static TextEmbedder load(String path) {
        return read().load(path);
    }
}
