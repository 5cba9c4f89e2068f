/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.stream.MalformedJsonException;
import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Whether the files of a report can be written into a folder without getting among rows or replacing what is no report.
 *
 * @param report the report as errors call it
 * @param folder its folder, which need not exist
 * @param names the files that may be written
 * @hidden Public for Embark's other rooms only.
 */
public record ReportFolder(String report, Path folder, List<String> names) {
    private static final int LARGEST_REPORT = 16 << 20;

    /** What a page has in its head. */
    public static final String PAGE = "<meta name=\"generator\" content=\"Embark\">";

    private static final int HEAD_OF_A_PAGE = 1_000;

    /** What one of them has: a summary, the rows that failed, and these as they were in the first version. */
    private static final List<String> CONTENTS = List.of("settings", "idColumn", "ids");

    /** Takes its own copy of the names. */
    public ReportFolder {
        names = List.copyOf(names);
    }

    /**
     * Checks it against what is read and written.
     *
     * @param rows what is read
     * @param output the folder of the output, if there is to be one
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if a report would do harm there
     */
    public void check(Dataset<Row> rows, Optional<Path> output) throws IOException {
        Configuration conf = rows.sparkSession().sessionState().newHadoopConf();
        Optional<FoundTable> table = ForeignTables.around(folder, conf);
        if (table.isPresent()) {
            throw GuardErrors.reportLiesIn(
                    report, table.get().kind().words(), table.get().table());
        }
        Place here = Place.of(folder, conf);
        if (output.isPresent() && isWithin(here, Place.of(output.get(), conf))) {
            throw GuardErrors.reportLiesIn(report, "the output", output.get());
        }
        for (ReadRelation read : ReadRelation.of(rows)) {
            for (Path root : read.roots()) {
                Place place = Place.of(root, conf);
                if (isWithin(here, place)) {
                    throw GuardErrors.reportLiesIn(report, "the input", root);
                }
                requireOtherFiles(place, root, conf);
            }
        }
        requireNoOtherContent(folder.getFileSystem(conf));
    }

    private static boolean isWithin(Place report, Place rows) throws IOException {
        return switch (report.to(rows)) {
            case SAME, BELOW -> true;
            case ABOVE, APART -> false;
        };
    }

    private void requireOtherFiles(Place read, Path root, Configuration conf) throws IOException {
        for (String name : names) {
            if (Place.of(new Path(folder, name), conf).to(read) == Place.Relation.SAME) {
                throw GuardErrors.reportWouldReplace(report, root, "the input");
            }
        }
    }

    private void requireNoOtherContent(FileSystem files) throws IOException {
        for (String name : names) {
            Path file = new Path(folder, name);
            if (files.exists(file) && !isReport(files, file)) {
                throw GuardErrors.reportWouldReplace(report, file, "no report of a run");
            }
        }
    }

    private static boolean isReport(FileSystem files, Path file) throws IOException {
        if (files.getFileStatus(file).isDirectory()) {
            return false;
        }
        if (file.getName().endsWith(".html")) {
            return isPage(files, file);
        }
        try (InputStream content = files.open(file)) {
            JsonElement json = StrictJson.read(content, LARGEST_REPORT);
            return json.isJsonObject()
                    && json.getAsJsonObject().has("version")
                    && CONTENTS.stream().anyMatch(json.getAsJsonObject()::has);
        } catch (MalformedJsonException e) {
            return false;
        }
    }

    private static boolean isPage(FileSystem files, Path file) throws IOException {
        try (InputStream content = files.open(file)) {
            return new String(content.readNBytes(HEAD_OF_A_PAGE), UTF_8).contains(PAGE);
        }
    }
}
