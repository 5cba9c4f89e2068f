/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.session;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What has to happen before Spark starts: jars that were asked for by their coordinates become part of the class path, and what
 * the table formats on it want to be set is set. A session that runs already is left alone.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class SparkStart {
    /** Packages of EMBARK_SPARK_OPTIONS, which the launcher leaves to the job. */
    private static final String PACKAGES = "EMBARK_PACKAGES";

    private static final String EXTENSIONS = "spark.sql.extensions";

    /**
     * A setting of Spark's that is added to those that were chosen.
     *
     * @param because why, for people
     */
    public record Added(String key, String value, String because) {}

    private SparkStart() {}

    /**
     * Prepares this process for Spark.
     *
     * @param conf Spark's configuration as it is chosen so far
     * @param packages coordinates of jars, joined with commas; may be empty
     * @param log where the resolver's own words go
     * @return what is to be added to the configuration; takes the place of values of the same keys
     */
    public static List<Added> prepare(Map<String, String> conf, String packages, PrintStream log) {
        boolean running = JobSession.isRunning();
        Set<String> wanted = coordinates(packages);
        if (!running) {
            wanted.addAll(coordinates(System.getenv(PACKAGES)));
        }
        // spark-submit has resolved these.
        wanted.removeAll(coordinates(conf.get("spark.jars.packages")));
        if (running) {
            if (!wanted.isEmpty()) {
                throw SessionErrors.packagesAreLate(String.join(",", wanted));
            }
            return List.of();
        }

        List<Added> added = new ArrayList<>();
        if (!wanted.isEmpty()) {
            List<String> jars = Packages.resolve(List.copyOf(wanted), conf, log);
            Packages.load(jars);
            Set<String> all = entries(conf.get("spark.jars"));
            all.addAll(jars);
            added.add(new Added("spark.jars", String.join(",", all), "packages"));
        }
        added.addAll(ofTableFormats(conf, TableFormat.ALL));
        return added;
    }

    /** What the formats that are on the class path want and nobody set. */
    static List<Added> ofTableFormats(Map<String, String> conf, List<TableFormat> formats) {
        Map<String, Added> added = new LinkedHashMap<>();
        Set<String> extensions = entries(conf.get(EXTENSIONS));
        for (TableFormat format : formats) {
            if (!JobSession.isThere(format.extension())) {
                continue;
            }

            String because = format.name() + " is on the class path";
            if (extensions.add(format.extension())) {
                String before =
                        added.containsKey(EXTENSIONS) ? added.get(EXTENSIONS).because() + ", " : "";
                added.put(EXTENSIONS, new Added(EXTENSIONS, String.join(",", extensions), before + because));
            }
            add(format.settings(), conf, added, because);
            if (JobSession.isLocal(conf)) {
                add(format.local(), conf, added, because + ", and Spark is local");
            }
        }
        return List.copyOf(added.values());
    }

    private static void add(
            Map<String, String> settings, Map<String, String> conf, Map<String, Added> added, String because) {
        settings.forEach((key, value) -> {
            if (!conf.containsKey(key)) {
                added.putIfAbsent(key, new Added(key, value, because));
            }
        });
    }

    private static Set<String> coordinates(String list) {
        Set<String> coordinates = new LinkedHashSet<>();
        entries(list).forEach(entry -> coordinates.add(entry.replace('/', ':')));
        return coordinates;
    }

    private static Set<String> entries(String list) {
        Set<String> entries = new LinkedHashSet<>();
        Stream.of(list == null ? new String[0] : list.split(","))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .forEach(entries::add);
        return entries;
    }
}
