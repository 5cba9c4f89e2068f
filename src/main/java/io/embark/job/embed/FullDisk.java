/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.job.print.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;

/**
 * A disk without space: the system tells neither which one nor whose.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class FullDisk {
    private static final List<String> WORDS = List.of("No space left on device", "Disk quota exceeded");

    /** How Spark's driver names the executor of a task that failed. */
    private static final Pattern EXECUTOR = Pattern.compile("\\(TID \\d+\\) \\((\\S+ executor \\d+)\\)");

    private FullDisk() {}

    /** Whether an exception, one that caused it or one that came with it tells of one. */
    public static boolean isToldBy(Throwable thrown) {
        return isToldBy(thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static boolean isToldBy(Throwable thrown, Set<Throwable> seen) {
        if (thrown == null || !seen.add(thrown)) {
            return false;
        }

        String message = String.valueOf(thrown.getMessage());
        return WORDS.stream().anyMatch(message::contains)
                || isToldBy(thrown.getCause(), seen)
                || List.of(thrown.getSuppressed()).stream().anyMatch(other -> isToldBy(other, seen));
    }

    /**
     * The disks of this machine that a run writes to, with what is free on each, or the executor that failed on another.
     *
     * @param output the folder that is written; empty if it is none
     */
    public static String disks(SparkSession spark, Optional<org.apache.hadoop.fs.Path> output, Throwable thrown) {
        Matcher executor = EXECUTOR.matcher(String.valueOf(thrown));
        if (!spark.sparkContext().isLocal()) {
            return executor.find() ? "a disk of %s".formatted(executor.group(1)) : "a disk of an executor";
        }

        Map<String, Path> places = new LinkedHashMap<>();
        output.map(org.apache.hadoop.fs.Path::toUri)
                .filter(folder ->
                        folder.getScheme() == null || folder.getScheme().equals("file"))
                .ifPresent(folder -> places.put("the output", Path.of(folder.getPath())));
        String local = System.getenv()
                .getOrDefault(
                        "SPARK_LOCAL_DIRS",
                        spark.sparkContext().conf().get("spark.local.dir", System.getProperty("java.io.tmpdir")));
        places.put("spark.local.dir", Path.of(local.replaceFirst(",.*", "")));
        return places.entrySet().stream()
                .map(place ->
                        "%s on that of %s (%s)".formatted(free(place.getValue()), place.getKey(), place.getValue()))
                .collect(Collectors.joining(", ", "free by now: ", ""));
    }

    private static String free(Path place) {
        Path existing = place.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        try {
            return Figures.bytes(Files.getFileStore(existing).getUsableSpace());
        } catch (IOException e) {
            return "unknown";
        }
    }
}
