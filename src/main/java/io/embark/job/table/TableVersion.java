/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One version of a table, so that it is known again whatever is called so later: a table that is made anew, or put back from a
 * backup, may number its versions as another one did.
 *
 * @param format of the table
 * @param table the name that the format gives to a table when it is made
 * @param version its number
 * @param columns what the format tells its columns apart by, so that one that was dropped is not taken for one of the same name
 * @param commit the hash of what the table keeps of its commit; empty where no number is given twice
 * @hidden Public for Embark's other rooms only.
 */
public record TableVersion(String format, String table, String version, String columns, String commit) {
    static final String DELTA = "delta";
    static final String ICEBERG = "iceberg";

    boolean isOfTheSameTable(TableVersion other) {
        return format.equals(other.format) && table.equals(other.table);
    }

    /** For people. */
    public String shown() {
        return "%s %s".formatted(format.equals(ICEBERG) ? "snapshot" : "version", version);
    }

    /** As {@link #of} reads it. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("format", format);
        json.addProperty("table", table);
        json.addProperty("version", version);
        json.addProperty("columns", columns);
        json.addProperty("commit", commit);
        return json;
    }

    /** Reads one; empty if it is none. */
    public static Optional<TableVersion> of(JsonObject json) {
        List<String> parts = Stream.of("format", "table", "version", "columns", "commit")
                .map(json::get)
                .filter(part -> part != null && part.isJsonPrimitive())
                .map(JsonElement::getAsString)
                .toList();
        return parts.size() == 5
                ? Optional.of(new TableVersion(parts.get(0), parts.get(1), parts.get(2), parts.get(3), parts.get(4)))
                : Optional.empty();
    }
}
