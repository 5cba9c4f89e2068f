/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.types.DataTypes.ByteType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.FloatType;
import static org.apache.spark.sql.types.DataTypes.NullType;
import static org.apache.spark.sql.types.DataTypes.ShortType;

import io.embark.spark.version.Scala;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.codegen.CodeBlock;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.catalyst.expressions.codegen.Inline;
import org.apache.spark.sql.catalyst.expressions.codegen.JavaCode;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import scala.collection.IndexedSeq;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;

/**
 * A number that two vectors have together, by the rules of the functions that Spark has of these names since 4.2: null if a
 * vector or a component is null, an error if they have different numbers of components. Unlike those it takes arrays of
 * double as well, and then its result is a double; that of two arrays of float is a float. All of it is computed in double.
 *
 * @hidden Public for Spark only, which copies it by its constructor.
 */
public final class VectorComparison extends Expression implements Serializable {
    private static final long serialVersionUID = 1L;

    private final VectorKernel kernel;
    private final Expression left;
    private final Expression right;
    private final Seq<Expression> children;

    /** Public, with the parameters in this order, because Catalyst copies nodes by reflection. */
    public VectorComparison(VectorKernel kernel, Expression left, Expression right) {
        this.kernel = kernel;
        this.left = left;
        this.right = right;
        this.children = Scala.seq(List.of(left, right));
    }

    @Override
    public String prettyName() {
        return kernel.functionName();
    }

    @Override
    public Seq<Expression> children() {
        return children;
    }

    @SuppressWarnings("MissingOverride") // it overrides in Scala 2.12 only
    public Expression withNewChildrenInternal(IndexedSeq<Expression> newChildren) {
        return new VectorComparison(kernel, newChildren.apply(0), newChildren.apply(1));
    }

    /** As Scala 2.13 asks for it. */
    public Expression withNewChildrenInternal(scala.collection.immutable.IndexedSeq<Expression> newChildren) {
        return new VectorComparison(kernel, newChildren.apply(0), newChildren.apply(1));
    }

    @Override
    public DataType dataType() {
        return isOf(left, DoubleType) || isOf(right, DoubleType) ? DoubleType : FloatType;
    }

    /** Whether a component is null, or a vector has no length, is known only when it is read. */
    @Override
    public boolean nullable() {
        return true;
    }

    @Override
    public boolean foldable() {
        return left.foldable() && right.foldable();
    }

    @Override
    public TypeCheckResult checkInputDataTypes() {
        for (Expression side : List.of(left, right)) {
            DataType type = side.dataType();
            if (!type.equals(NullType) && !isOf(side, FloatType) && !isOf(side, DoubleType)) {
                String remedy = remedy(side, type);
                return new TypeCheckResult.TypeCheckFailure(
                        "%s takes arrays of float or double, and %s is of type %s. %s"
                                .formatted(prettyName(), side.sql(), type.sql(), remedy));
            }
        }
        return TypeCheckResult.TypeCheckSuccess$.MODULE$;
    }

    private static String remedy(Expression side, DataType type) {
        if (!(type instanceof ArrayType array)) {
            return "Give it two columns of vectors, or embed(%s)".formatted(side.sql());
        }
        String cast = "Cast it: CAST(%s AS ARRAY<FLOAT>)".formatted(side.sql());
        boolean mayBeCodes =
                array.elementType().equals(ByteType) || array.elementType().equals(ShortType);
        return mayBeCodes ? cast + ", unless these are codes of embed, which are no components" : cast;
    }

    @Override
    public Object eval(InternalRow input) {
        Object a = left.eval(input);
        Object b = a == null ? null : right.eval(input);
        if (b == null) {
            return null;
        }
        Double result = kernel.compare((ArrayData) a, isOf(left, DoubleType), (ArrayData) b, isOf(right, DoubleType));
        if (result == null || dataType().equals(DoubleType)) {
            return result;
        }
        return result.floatValue();
    }

    @Override
    public ExprCode doGenCode(CodegenContext context, ExprCode code) {
        ExprCode a = left.genCode(context);
        ExprCode b = right.genCode(context);
        Inline array = new Inline(ArrayData.class.getName());
        Inline type = new Inline(dataType().equals(DoubleType) ? "double" : "float");
        Inline result = new Inline(context.freshName("result"));
        Inline compare = new Inline("%s.%s.compare".formatted(VectorKernel.class.getName(), kernel.name()));
        code.code_$eq(block(
                """
                boolean $ = true;
                $ $ = 0;
                $
                if (!$) {
                  $
                  if (!$) {
                    Double $ = $(($) $, $, ($) $, $);
                    if ($ != null) {
                      $ = false;
                      $ = $.$Value();
                    }
                  }
                }
                """,
                code.isNull(),
                type,
                code.value(),
                a.code(),
                a.isNull(),
                b.code(),
                b.isNull(),
                result,
                compare,
                array,
                a.value(),
                new Inline(Boolean.toString(isOf(left, DoubleType))),
                array,
                b.value(),
                new Inline(Boolean.toString(isOf(right, DoubleType))),
                result,
                code.isNull(),
                code.value(),
                result,
                type));
        return code;
    }

    /** The template with an input in the place of each dollar sign, as Scala's {@code code"..."} makes it. */
    private static CodeBlock block(String template, JavaCode... inputs) {
        return new CodeBlock(Scala.seq(List.of(template.split("\\$", -1))), Scala.seq(List.of(inputs)));
    }

    private static boolean isOf(Expression side, DataType element) {
        return side.dataType() instanceof ArrayType array && array.elementType().equals(element);
    }

    /** The kernel is in the name. */
    @Override
    public Iterator<Object> stringArgs() {
        return Scala.<Object>seq(List.of(left, right)).iterator();
    }

    @Override
    public int productArity() {
        return 3;
    }

    @Override
    public Object productElement(int index) {
        return switch (index) {
            case 0 -> kernel;
            case 1 -> left;
            default -> right;
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof VectorComparison;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VectorComparison that
                && kernel == that.kernel
                && left.equals(that.left)
                && right.equals(that.right);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * kernel.functionName().hashCode() + left.hashCode()) + right.hashCode();
    }
}
