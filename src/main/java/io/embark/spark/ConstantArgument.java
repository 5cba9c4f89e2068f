/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.spark.version.Scala;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.CreateMap;
import org.apache.spark.sql.catalyst.expressions.EvalMode;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.RuntimeReplaceable;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.AtomicType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;

/** Reads the arguments of a call that are the same for all rows. */
final class ConstantArgument {
    private ConstantArgument() {}

    /**
     * The value of an argument of any atomic type as text; null if it is null.
     *
     * @param name what the argument is, for people
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if it is no constant, or has no text
     */
    static String text(String name, Expression argument) {
        DataType type = argument.dataType();
        if (type.equals(DataTypes.NullType)) {
            return null;
        }
        if (!(type instanceof AtomicType)) {
            throw FunctionErrors.argumentIsNoText(name, argument);
        }

        Object value = evaluate(name, asText(argument, DataTypes.StringType));
        return value == null ? null : value.toString();
    }

    /**
     * A map as texts, without the entries whose value is null; empty if it is null.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if it or an entry is no constant, or it is no map
     */
    static Map<String, String> map(Expression argument) {
        Map<String, String> map = new LinkedHashMap<>();
        DataType type = argument.dataType();
        if (type.equals(DataTypes.NullType)) {
            return map;
        }
        if (argument instanceof CreateMap entries) {
            // One by one: Spark has not yet brought values of several types to a common one, and an error can name its
            // entry.
            List<Expression> children = Scala.list(entries.children());
            for (int i = 0; i + 1 < children.size(); i += 2) {
                String key = text("key of the options", children.get(i));
                put(key, text("option " + key, children.get(i + 1)), map);
            }
            return map;
        }
        if (!(type instanceof MapType)) {
            throw FunctionErrors.optionsAreNoMap(argument);
        }

        Object value = evaluate(
                "options", asText(argument, DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType)));
        if (value != null) {
            ArrayData keys = ((MapData) value).keyArray();
            ArrayData values = ((MapData) value).valueArray();
            for (int i = 0; i < keys.numElements(); i++) {
                put(
                        keys.getUTF8String(i).toString(),
                        values.isNullAt(i) ? null : values.getUTF8String(i).toString(),
                        map);
            }
        }
        return map;
    }

    private static void put(String key, String value, Map<String, String> map) {
        if (map.containsKey(key)) {
            throw Option.repeated(key);
        }

        if (value != null) {
            map.put(key, value);
        }
    }

    private static Expression asText(Expression argument, DataType type) {
        return argument.dataType().equals(type)
                ? argument
                : new Cast(argument, type, scala.Option.apply(SQLConf.get().sessionLocalTimeZone()), EvalMode.LEGACY());
    }

    private static Object evaluate(String name, Expression argument) {
        if (!argument.foldable()) {
            throw FunctionErrors.argumentIsNoConstant(name, argument);
        }

        return argument.transform(Scala.partial(ConstantArgument::replaced)).eval(null);
    }

    private static Expression replaced(Expression expression) {
        return expression instanceof RuntimeReplaceable replaceable ? replaceable.replacement() : expression;
    }
}
