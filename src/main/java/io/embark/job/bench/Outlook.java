/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.job.print.Figures;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How long a whole table of such texts takes on machines like this one.
 *
 * @param texts which texts
 * @param rows rows of the table
 * @param hours on one machine
 * @param cost of these hours, in whatever the price is in; empty without a price
 * @param machines how many it takes to be done in time; empty where nobody says when
 */
record Outlook(String texts, long rows, double hours, OptionalDouble cost, OptionalLong machines) {
    /**
     * Reckons.
     *
     * @param textsPerRow texts of a row, times how many machines embedded together
     */
    static Outlook of(Measured measured, long rows, double textsPerRow, BenchRequest request) {
        double hours = rows * textsPerRow / measured.textsPerSecond() / 3600;
        return new Outlook(
                measured.sample().name(),
                rows,
                hours,
                request.price().isPresent()
                        ? OptionalDouble.of(hours * request.price().getAsDouble())
                        : OptionalDouble.empty(),
                request.finishIn().isPresent()
                        ? OptionalLong.of((long)
                                Math.ceil(hours * 3600 / request.finishIn().getAsLong()))
                        : OptionalLong.empty());
    }

    /** For people. */
    String inWords() {
        StringBuilder words = new StringBuilder("%s of %s take %s on one machine"
                .formatted(Figures.count(rows, "row", "rows"), texts, Figures.duration(hours * 3600)));
        cost.ifPresent(amount -> words.append(String.format(Locale.ROOT, " and cost %,.2f", amount)));
        machines.ifPresent(count -> words.append(
                "; %s like this one are done in time".formatted(Figures.count(count, "machine", "machines"))));
        return words.toString();
    }

    /** For programs. */
    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("texts", texts);
        facts.put("rows", rows);
        facts.put("hours", hours);
        cost.ifPresent(amount -> facts.put("cost", amount));
        machines.ifPresent(count -> facts.put("machines", count));
        return facts;
    }
}
