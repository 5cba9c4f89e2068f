/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.job.table.Answer;
import io.embark.job.table.Failures;
import io.embark.job.table.IcebergSnapshot;
import io.embark.job.table.SparkCall;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RuntimeConfig;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.functions;

/**
 * A text that travels with the commit of a run. Delta has a setting of the session for it, which other threads that commit
 * meanwhile heed too: so the note says which table it is for and which version the commit is to follow, and is believed of no
 * other. Iceberg keeps it in the summary of the snapshot.
 */
final class CommitNote {
    /** What the first version of a table follows. */
    static final String NOTHING = "nothing";

    private static final String DELTA = "delta";
    private static final String ICEBERG = "iceberg";
    private static final String OF_DELTA = "spark.databricks.delta.commitInfo.userMetadata";
    private static final String OF_ICEBERG = "embark.refresh";
    private static final String SNAPSHOT = "snapshot ";
    private static final String INTO = "into";
    private static final String FOLLOWS = "follows";
    private static final String TEXT = "embark";

    /** Commits of Delta that leave all rows as they are. */
    private static final Set<String> QUIET =
            Set.of("OPTIMIZE", "REORG", "VACUUM START", "VACUUM END", "SET TBLPROPERTIES", "UNSET TBLPROPERTIES");

    /** The commits that carry a note of ours. */
    private static final Set<String> OURS = Set.of("MERGE", "CREATE TABLE AS SELECT");

    /** Quiet ones may lie between two of a run. */
    private static final int MOST_COMMITS = 100;

    private final NamedTable table;
    private Optional<String> text = Optional.empty();

    CommitNote(NamedTable table) {
        this.table = table;
    }

    /** @param json an object of JSON, which the next commit is to carry; empty if it is to carry nothing */
    void write(Optional<String> json) {
        text = json;
    }

    /**
     * Makes a commit that carries the note, if there is one.
     *
     * @param format of the table
     * @param follows the version before the commit, as people call it
     */
    void during(SparkCall.Action commit, Optional<String> format, String follows) throws Exception {
        String named = format.orElse("");
        if (text.isEmpty()) {
            commit.run();
        } else if (named.equalsIgnoreCase(DELTA)) {
            inDelta(commit, note(follows));
        } else if (named.equalsIgnoreCase(ICEBERG)) {
            IcebergTables.carrying(table.catalog(), Map.of(OF_ICEBERG, note(follows)), commit);
        } else {
            commit.run();
        }
    }

    private String note(String follows) {
        JsonObject note = new JsonObject();
        note.addProperty(INTO, table.sql());
        note.addProperty(FOLLOWS, follows);
        note.add(TEXT, JsonParser.parseString(text.orElseThrow()));
        return note.toString();
    }

    private void inDelta(SparkCall.Action commit, String note) throws Exception {
        RuntimeConfig conf = table.spark().conf();
        if (conf.getOption(OF_DELTA).isDefined()) {
            // What somebody wants to say with each commit goes before.
            commit.run();
            return;
        }
        conf.set(OF_DELTA, note);
        try {
            commit.run();
        } finally {
            conf.unset(OF_DELTA);
        }
    }

    /**
     * The note of the commit that made the rows of a version.
     *
     * @param version as people call it
     */
    Answer<String> read(String version) {
        try {
            Optional<Table> there = table.find();
            if (there.isEmpty()) {
                return Answer.none("");
            }
            if (IcebergTables.is(there.get())) {
                return ofIceberg(there.get(), version);
            }
            return DeltaTables.is(there.get()) ? ofDelta(version) : Answer.none("");
        } catch (Exception e) {
            // Spark throws checked exceptions without declaring them.
            return Answer.none("the history of the output cannot be read: %s".formatted(Failures.rootLine(e)));
        }
    }

    private Answer<String> ofDelta(String version) {
        List<Row> commits = table.spark()
                .sql("DESCRIBE HISTORY %s LIMIT %s".formatted(table.sql(), MOST_COMMITS))
                .select("version", "operation", "userMetadata")
                .orderBy(functions.col("version").desc())
                .collectAsList();
        String wanted = version;
        for (Row commit : commits) {
            long number = commit.getLong(0);
            String operation = commit.getString(1);
            if (!wanted.equals(named(number))) {
                continue;
            }
            if (QUIET.contains(operation)) {
                wanted = named(number - 1);
            } else if (!OURS.contains(operation)) {
                return Answer.none("%s of the output is not of a refresh (%s)".formatted(wanted, operation));
            } else {
                return text(wanted, commit.getString(2), number == 0 ? NOTHING : named(number - 1));
            }
        }
        return Answer.none("the history of the output does not have %s".formatted(wanted));
    }

    private static String named(long version) {
        return "version %s".formatted(version);
    }

    private Answer<String> ofIceberg(Table there, String version) {
        Optional<Long> next = version.startsWith(SNAPSHOT)
                ? Optional.of(Long.parseLong(version.substring(SNAPSHOT.length())))
                : Optional.empty();
        while (next.isPresent()) {
            Optional<IcebergSnapshot> found = IcebergSnapshot.of(there, next.get());
            if (found.isEmpty()) {
                break;
            }
            IcebergSnapshot snapshot = found.get();
            if (!snapshot.keepsRows()) {
                String follows = snapshot.parent().map(id -> SNAPSHOT + id).orElse(NOTHING);
                return text(SNAPSHOT + snapshot.id(), snapshot.summary().get(OF_ICEBERG), follows);
            }
            next = snapshot.parent();
        }
        return Answer.none("the history of the output does not have %s".formatted(version));
    }

    /** What a note says, if it is for this table and this commit. */
    private Answer<String> text(String version, String note, String follows) {
        Answer<String> none = Answer.none("%s of the output does not tell what it was made of".formatted(version));
        if (note == null) {
            return none;
        }
        try {
            JsonObject all = JsonParser.parseString(note).getAsJsonObject();
            boolean isOurs = all.get(INTO).getAsString().equals(table.sql())
                    && all.get(FOLLOWS).getAsString().equals(follows);
            return isOurs ? Answer.of(all.getAsJsonObject(TEXT).toString()) : none;
        } catch (RuntimeException e) {
            // Somebody else's may say anything.
            return none;
        }
    }
}
