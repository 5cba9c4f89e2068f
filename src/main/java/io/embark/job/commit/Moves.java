/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The files that an append moves into the output, by their names relative to it; written down before the first is moved. */
final class Moves {
    private Moves() {}

    /** The files among the rows that readers see, and of those that they do not see the ones that are named. */
    static List<String> list(FileSystem files, RunPlaces places, List<String> hidden) throws IOException {
        List<String> names = new ArrayList<>();
        for (String name : hidden) {
            if (files.exists(new Path(places.rows(), name)) && !files.exists(new Path(places.target(), name))) {
                names.add(name);
            }
        }
        list(files, places.rows(), "", names);
        return names;
    }

    private static void list(FileSystem files, Path folder, String start, List<String> names) throws IOException {
        for (FileStatus status : files.listStatus(folder)) {
            String name = status.getPath().getName();
            if (name.startsWith(".") || (name.startsWith("_") && !name.contains("="))) {
                continue;
            }
            if (status.isDirectory()) {
                list(files, status.getPath(), start + name + "/", names);
            } else {
                names.add(start + name);
            }
        }
    }

    /** Empty if none were written down. */
    static List<String> read(FileSystem files, RunPlaces places) throws IOException {
        if (!files.exists(places.moves())) {
            return List.of();
        }
        try (InputStream content = files.open(places.moves())) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    /** Under another name first: a list that breaks off would name files that are not ours. */
    static void write(FileSystem files, RunPlaces places, List<String> names) throws IOException {
        Path unfinished = places.moves().suffix("-unfinished");
        try (OutputStream content = files.create(unfinished, true)) {
            content.write(String.join("\n", names).getBytes(StandardCharsets.UTF_8));
        }
        Renames.rename(files, unfinished, places.moves());
    }

    /** Those that were not moved yet. */
    static List<String> waiting(FileSystem files, RunPlaces places, List<String> names) throws IOException {
        List<String> waiting = new ArrayList<>();
        for (String name : names) {
            if (files.exists(new Path(places.rows(), name))) {
                waiting.add(name);
            }
        }
        return waiting;
    }
}
