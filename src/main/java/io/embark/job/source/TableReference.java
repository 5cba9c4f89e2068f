/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.spark.version.Scala;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.RelationTimeTravel;
import org.apache.spark.sql.catalyst.analysis.UnresolvedRelation;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.parser.ParserInterface;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import scala.Option;

/**
 * A table as people name it: {@code [CATALOG.][DATABASE.]NAME}, {@code FORMAT.`PATH`}, and either of them as it was at a version
 * or a time.
 *
 * @param name the parts of its name
 * @param timestamp the time, if one was named
 * @param version the version, if one was named
 */
record TableReference(List<String> name, Option<Expression> timestamp, Option<String> version) {
    private static final Pattern TRAVEL =
            Pattern.compile("\\s(FOR\\s+)?(SYSTEM_)?(VERSION|TIME|TIMESTAMP)\\s+AS\\s+OF\\s", Pattern.CASE_INSENSITIVE);

    /** Options of readers that name a version or a time: those of tables do not heed them, or not all. */
    private static final Map<String, String> TRAVEL_OPTIONS =
            Map.of("versionAsOf", "VERSION", "timestampAsOf", "TIMESTAMP");

    /** Takes its own copy of the name. */
    TableReference {
        name = List.copyOf(name);
    }

    /** Whether a text names a version or a time, which no path does. */
    static boolean travels(String reference) {
        return TRAVEL.matcher(reference).find();
    }

    /**
     * Reads it as Spark SQL does.
     *
     * @param options the options of the reader, of which those that name a version or a time become part of the reference
     * @throws Exception what Spark's parser throws if it is none
     */
    static TableReference parse(SparkSession spark, String reference, Map<String, String> options) throws Exception {
        ParserInterface parser = spark.sessionState().sqlParser();
        String whole = reference;
        for (Map.Entry<String, String> travel : TRAVEL_OPTIONS.entrySet()) {
            Optional<String> value = Optional.ofNullable(inAnyCase(options).get(travel.getKey()));
            if (value.isPresent()) {
                whole = "%s %s AS OF '%s'"
                        .formatted(
                                whole,
                                travel.getValue(),
                                value.get().replace("\\", "\\\\").replace("'", "\\'"));
            }
        }
        if (!travels(whole)) {
            return new TableReference(
                    Scala.list(parser.parseMultipartIdentifier(whole)), Option.empty(), Option.empty());
        }
        // A table and nothing else: neither a condition nor a join, which would be more than a name.
        if (parser.parsePlan("SELECT * FROM " + whole) instanceof Project all
                && all.child() instanceof RelationTimeTravel travel
                && travel.relation() instanceof UnresolvedRelation table) {
            return new TableReference(Scala.list(table.multipartIdentifier()), travel.timestamp(), travel.version());
        }
        throw new IllegalArgumentException("It is not a name with VERSION AS OF or TIMESTAMP AS OF behind it.");
    }

    /** Whether it is the table as it was. */
    boolean isOfThePast() {
        return timestamp.isDefined() || version.isDefined();
    }

    /** The options without those that became part of a reference. */
    static Map<String, String> others(Map<String, String> options) {
        Map<String, String> others = inAnyCase(options);
        TRAVEL_OPTIONS.keySet().forEach(others::remove);
        return others;
    }

    private static Map<String, String> inAnyCase(Map<String, String> options) {
        Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        copy.putAll(options);
        return copy;
    }

    /** The plan that Spark resolves. */
    LogicalPlan plan(Map<String, String> options) {
        UnresolvedRelation table =
                new UnresolvedRelation(Scala.seq(name), new CaseInsensitiveStringMap(options), false);
        return timestamp.isEmpty() && version.isEmpty() ? table : new RelationTimeTravel(table, timestamp, version);
    }
}
