/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.embark.base.Shown;
import io.embark.job.sink.store.StoreRow;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * Turns the rows of a store into those of the SDK, holding each to what its fields can hold. It travels to the tasks.
 *
 * @param output the collection as errors call it
 * @param key the field of the key
 * @param vectors the fields of vectors, in the order of {@link StoreRow#vectors}
 * @param scalars all others
 */
record MilvusRows(String output, MilvusField key, List<MilvusField> vectors, List<MilvusField> scalars)
        implements Serializable {
    /** Every field. */
    Stream<MilvusField> all() {
        return Stream.concat(Stream.concat(Stream.of(key), vectors.stream()), scalars.stream());
    }

    /**
     * A row as the SDK takes it.
     *
     * @throws io.embark.EmbarkException if a field cannot hold its value, naming the row by its key
     */
    JsonObject of(StoreRow row) {
        JsonObject object = new JsonObject();
        object.add(key.name(), value(row, key, key(row)));
        for (int i = 0; i < vectors.size(); i++) {
            object.add(
                    vectors.get(i).name(),
                    vector(row, vectors.get(i), row.vectors().get(i)));
        }
        for (MilvusField field : scalars) {
            object.add(
                    field.name(),
                    row.row().isNullAt(field.column())
                            ? nothing(row, field)
                            : field.element() == null
                                    ? value(row, field, row.row().get(field.column()))
                                    : array(row, field));
        }
        return object;
    }

    /** The key as Milvus has it: a long or a string. */
    Object key(StoreRow row) {
        if (key.column() == MilvusField.JOINED) {
            return joined(row.key());
        }
        Object value = row.key().get(0);
        return value instanceof Number number ? (Object) number.longValue() : value;
    }

    /** Several values as one text, in which each list of values has a text of its own: {@code ["a",1]}. */
    private static String joined(List<Object> values) {
        JsonArray array = new JsonArray();
        for (Object value : values) {
            if (value instanceof Number number) {
                array.add(number);
            } else {
                array.add(String.valueOf(value));
            }
        }
        return array.toString();
    }

    private JsonElement nothing(StoreRow row, MilvusField field) {
        if (!field.nullable()) {
            throw MilvusErrors.hasNull(output, shown(row), field.name());
        }
        return JsonNull.INSTANCE;
    }

    private JsonElement vector(StoreRow row, MilvusField field, float[] vector) {
        if (vector == null) {
            if (!field.nullable()) {
                throw MilvusErrors.hasNoVector(output, shown(row), field.name());
            }
            return JsonNull.INSTANCE;
        }
        JsonArray array = new JsonArray(vector.length);
        for (float component : vector) {
            array.add(component);
        }
        return array;
    }

    private JsonArray array(StoreRow row, MilvusField field) {
        List<?> elements = row.row().getList(field.column());
        if (elements.size() > field.capacity()) {
            throw MilvusErrors.hasTooManyElements(output, shown(row), field.name(), elements.size(), field.capacity());
        }
        JsonArray array = new JsonArray(elements.size());
        for (Object element : elements) {
            if (element == null) {
                throw MilvusErrors.hasNullWithin(output, shown(row), field.name());
            }
            array.add(value(row, field, element));
        }
        return array;
    }

    private JsonPrimitive value(StoreRow row, MilvusField field, Object value) {
        if (value instanceof String text) {
            int bytes = text.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > field.bytes()) {
                throw MilvusErrors.isTooLong(output, shown(row), field.name(), bytes, field.bytes());
            }
            return new JsonPrimitive(text);
        }
        if (value instanceof Timestamp || value instanceof Instant) {
            return new JsonPrimitive((value instanceof Timestamp timestamp ? timestamp.toInstant() : value).toString());
        }
        return value instanceof Boolean truth ? new JsonPrimitive(truth) : new JsonPrimitive((Number) value);
    }

    private String shown(StoreRow row) {
        return "row '%s'".formatted(Shown.value(key(row)));
    }
}
