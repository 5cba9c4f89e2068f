/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.embed.Report;
import io.embark.job.print.Figures;
import io.embark.job.settings.Deleted;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a refresh would do now.
 *
 * @param found how many keys there are of each class
 * @param isThere whether there is an output
 * @param documents whether keys are those of documents in chunks
 * @param flags whether rows that are gone are flagged rather than deleted
 * @param seconds what embedding takes by the last run; empty if there is none to go by
 */
record Forecast(ClassCounts found, boolean isThere, boolean documents, boolean flags, OptionalDouble seconds) {
    /** Compares, and changes nothing. */
    static Forecast of(RefreshCall asked, Optional<Report> last) {
        Sides sides = Sides.toCount(asked);
        ComparedTarget target = sides.target();
        Comparison comparison = sides.comparison(target.state());
        try (SourceChanges changes = new SourceChanges(sides.refresh(), sides.source(), target, comparison)) {
            ClassCounts found = sides.compare(target, comparison, changes).found();
            long texts = found.toEmbed() * asked.embed().columns().byText().size();
            return new Forecast(
                    found,
                    target.rows().isPresent(),
                    asked.embed().columns().chunked(),
                    asked.deleted() == Deleted.FLAG,
                    last.map(report -> report.secondsOf(texts)).orElse(OptionalDouble.empty()));
        }
    }

    /** For people. */
    String shown() {
        String rows = Figures.count(found.toEmbed(), "row", "rows");
        String time = found.toEmbed() > 0 && seconds.isPresent()
                ? "; about %s at the pace of the last run".formatted(Figures.duration(seconds.getAsDouble()))
                : "";
        return isThere
                ? "A refresh would embed %s: %s%s".formatted(rows, found.shown(documents), time)
                : "Not there yet; a refresh would embed %s%s".formatted(rows, time);
    }

    /** The counts under the names that {@code summary.json} has for them. */
    Map<String, Object> toJson() {
        Map<String, Object> all = new LinkedHashMap<>(found.named(flags));
        all.put("toEmbed", found.toEmbed());
        all.put("seconds", seconds.isPresent() ? seconds.getAsDouble() : null);
        return all;
    }
}
