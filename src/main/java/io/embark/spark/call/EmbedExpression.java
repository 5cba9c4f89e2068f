/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.call;

import io.embark.BlankText;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.LongText;
import io.embark.OnError;
import io.embark.spark.version.Scala;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Unevaluable;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.catalyst.trees.TreePattern;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Enumeration;
import scala.collection.IndexedSeq;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;

/**
 * A call of {@code embed}: a {@link VectorValue}, {@code array<float>} by default; null for a null text. Of an array of
 * texts, the array of their vectors, null for a null one. With {@link LongText#CHUNKS} a call of {@code embed_chunks}: the
 * array of the text's chunks, null for a null text. Asked for a reason, a call of {@code embed_error}: why a text could not be
 * embedded, null for all others. Never evaluated itself, so that no plan rule can load a model on the driver: a rule puts an
 * {@link EmbedNode} in its place.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class EmbedExpression extends Expression implements Unevaluable, Serializable {
    private static final long serialVersionUID = 1L;

    /** The function that gives a text its vector, by its name in SQL. */
    public static final String EMBED = "embed";

    /** The function that gives each chunk of a text a vector, by its name in SQL. */
    public static final String EMBED_CHUNKS = "embed_chunks";

    /** What tells why a text has no vector; no function of SQL. */
    private static final String EMBED_ERROR = "embed_error";

    /** The place of the vector among the fields of a chunk. */
    public static final int VECTOR_OF_CHUNK = 3;

    private final Expression text;
    private final EmbedOptions options;
    private final boolean givesReason;

    /** For errors only: whether rules take it out of plans; executors see no session that could be asked. */
    private final boolean inExtendedSession;

    private final Seq<Expression> children;

    public EmbedExpression(Expression text, EmbedOptions options) {
        this(text, options, false);
    }

    /** Public, with the parameters in this order, because Catalyst copies nodes by reflection. */
    public EmbedExpression(Expression text, EmbedOptions options, boolean givesReason) {
        this(text, options, givesReason, false);
    }

    private EmbedExpression(Expression text, EmbedOptions options, boolean givesReason, boolean inExtendedSession) {
        this.text = text;
        this.options = options;
        this.givesReason = givesReason;
        this.inExtendedSession = inExtendedSession;
        this.children = Scala.seq(List.of(text));
    }

    /** The same call, made by a query of the active session, whose plans may or may not run it. */
    public EmbedExpression inActiveSession() {
        return new EmbedExpression(text, options, givesReason, ExtendedSessions.haveActive());
    }

    /** The text to embed. */
    public Expression text() {
        return text;
    }

    public EmbedOptions options() {
        return options;
    }

    @Override
    public Seq<Expression> children() {
        return children;
    }

    @SuppressWarnings("MissingOverride") // it overrides in Scala 2.12 only
    public Expression withNewChildrenInternal(IndexedSeq<Expression> newChildren) {
        return of(newChildren.apply(0));
    }

    /** As Scala 2.13 asks for it. */
    public Expression withNewChildrenInternal(scala.collection.immutable.IndexedSeq<Expression> newChildren) {
        return of(newChildren.apply(0));
    }

    /** Whether the chunks of a text have vectors, and not the text as a whole. */
    public boolean givesChunks() {
        return !givesReason && options.get(EmbedOptions.LONG_TEXT) == LongText.CHUNKS;
    }

    /** Whether it gives why a text has no vector, and no vector. */
    public boolean givesReason() {
        return givesReason;
    }

    /** Whether it gives a vector, and no array of vectors or chunks. */
    public boolean givesOneVector() {
        return !givesReason && !givesChunks() && !(text.dataType() instanceof ArrayType);
    }

    @Override
    public DataType dataType() {
        if (givesReason) {
            return DataTypes.StringType;
        }
        DataType vector = VectorValue.type(options.get(EmbedOptions.ENCODING));
        if (givesChunks()) {
            return chunks(vector);
        }
        return text.dataType() instanceof ArrayType array
                ? DataTypes.createArrayType(vector, array.containsNull() || leavesTextsOut())
                : vector;
    }

    /** The chunks of a text, from the first to the last. */
    private static ArrayType chunks(DataType vector) {
        StructType chunk = new StructType()
                .add("chunk", DataTypes.IntegerType, false)
                .add("chunk_start", DataTypes.IntegerType, false)
                .add("chunk_end", DataTypes.IntegerType, false)
                .add("embedding", vector, false);
        return DataTypes.createArrayType(chunk, false);
    }

    @Override
    public boolean nullable() {
        return text.nullable() || !isNullOnlyForNull();
    }

    /** Whether the result of all that is not null is not null. */
    public boolean isNullOnlyForNull() {
        return !givesReason && (text.dataType() instanceof ArrayType || !leavesTextsOut());
    }

    private boolean leavesTextsOut() {
        return options.get(EmbedOptions.ON_ERROR) == OnError.NULL || options.get(EmbedOptions.BLANK) == BlankText.NULL;
    }

    /** The same call of another text. */
    public EmbedExpression of(Expression otherText) {
        return new EmbedExpression(otherText, options, givesReason, inExtendedSession);
    }

    @Override
    public boolean foldable() {
        return false;
    }

    /** Counted among user functions, which Spark knows to be expensive (InjectRuntimeFilter). */
    @Override
    public Seq<Enumeration.Value> nodePatterns() {
        return Scala.seq(List.of(TreePattern.SCALA_UDF()));
    }

    @Override
    public TypeCheckResult checkInputDataTypes() {
        DataType type = text.dataType();
        boolean isTexts =
                !givesReason && !givesChunks() && type instanceof ArrayType array && isText(array.elementType());
        if (isText(type) || isTexts) {
            return TypeCheckResult.TypeCheckSuccess$.MODULE$;
        }
        return new TypeCheckResult.TypeCheckFailure("%s takes %s, and %s is of type %s. Cast it: %s(CAST(%s AS STRING))"
                .formatted(
                        prettyName(),
                        givesReason || givesChunks() ? "a text" : "a text or an array of texts",
                        text.sql(),
                        type.sql(),
                        prettyName(),
                        text.sql()));
    }

    private static boolean isText(DataType type) {
        return type instanceof org.apache.spark.sql.types.StringType || type.equals(DataTypes.NullType);
    }

    @Override
    public Object eval(InternalRow input) {
        throw evaluatedAlone();
    }

    @Override
    public ExprCode doGenCode(CodegenContext context, ExprCode code) {
        throw evaluatedAlone();
    }

    private EmbarkException evaluatedAlone() {
        return inExtendedSession || ExtendedSessions.haveActive()
                ? CallErrors.outsideAPlan(prettyName(), text)
                : CallErrors.leftInThePlan(prettyName(), text);
    }

    @Override
    public String prettyName() {
        return givesReason ? EMBED_ERROR : givesChunks() ? EMBED_CHUNKS : EMBED;
    }

    /** In plans, an option that nobody chose is not shown. */
    @Override
    public Iterator<Object> stringArgs() {
        List<Object> shown = options.toMap().isEmpty() ? List.of(text) : List.of(text, options);
        return Scala.seq(shown).iterator();
    }

    @Override
    public int productArity() {
        return 3;
    }

    @Override
    public Object productElement(int index) {
        return switch (index) {
            case 0 -> text;
            case 1 -> options;
            default -> givesReason;
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof EmbedExpression;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EmbedExpression that
                && text.equals(that.text)
                && options.equals(that.options)
                && givesReason == that.givesReason;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * text.hashCode() + options.hashCode()) + Boolean.hashCode(givesReason);
    }
}
