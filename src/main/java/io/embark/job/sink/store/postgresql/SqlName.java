/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a table.
 *
 * @param schema its schema; "" for the first of the search path that has it
 * @param table its name within
 */
record SqlName(String schema, String table) implements Serializable {
    private static final Pattern PART =
            Pattern.compile("\\s*(?:\"((?:[^\"]|\"\")+)\"|([\\p{L}_][\\p{L}\\p{N}_$]*))\\s*(?:\\.|$)");

    /** What the server cuts names at, in bytes. */
    private static final int LONGEST = 63;

    /** Reads a name as PostgreSQL does: without quotes in small letters; empty if it is none. */
    static Optional<SqlName> parse(String text) {
        List<String> parts = new ArrayList<>();
        Matcher part = PART.matcher(text);
        int end = 0;
        while (end < text.length() && part.find(end) && part.start() == end) {
            parts.add(
                    part.group(1) != null
                            ? part.group(1).replace("\"\"", "\"")
                            : part.group(2).toLowerCase(Locale.ROOT));
            end = part.end();
        }
        if (end < text.length() || text.stripTrailing().endsWith(".")) {
            return Optional.empty();
        }
        return switch (parts.size()) {
            case 1 -> Optional.of(new SqlName("", parts.get(0)));
            case 2 -> Optional.of(new SqlName(parts.get(0), parts.get(1)));
            default -> Optional.empty();
        };
    }

    /** A name in quotes. */
    static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    /** Names in quotes, with commas between them. */
    static String quoted(List<String> names) {
        return String.join(", ", names.stream().map(SqlName::quoted).toList());
    }

    /** The name as it stands in a statement. */
    String sql() {
        return (schema.isEmpty() ? "" : quoted(schema) + ".") + quoted(table);
    }

    /** The same table in a schema that is known by now. */
    SqlName in(String known) {
        return new SqlName(known, table);
    }

    /** A table beside it, whose name begins with some text and is not cut. */
    SqlName beside(String prefix) {
        String name = prefix + table;
        while (name.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            name = name.substring(0, name.offsetByCodePoints(name.length(), -1));
        }
        return new SqlName(schema, name);
    }

    /** The name for people. */
    @Override
    public String toString() {
        return schema.isEmpty() ? table : schema + "." + table;
    }
}
