/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.embark.EmbarkException;
import io.embark.spark.SharedSpark;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SparkStartTest {
    private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

    /** Any class will do for an extension that is there. */
    private static final TableFormat FIRST = new TableFormat(
            "First", SparkStart.class.getName(), Map.of("spark.sql.catalog.spark_catalog", "a.Catalog"), Map.of());

    private static final TableFormat SECOND = new TableFormat(
            "Second",
            TableFormat.class.getName(),
            Map.of("spark.sql.catalog.spark_catalog", "another.Catalog", "spark.serializer", "a.Serializer"),
            Map.of("spark.tasks", "4"));

    private static final TableFormat ABSENT =
            new TableFormat("Absent", "no.such.Extension", Map.of("spark.a", "b"), Map.of());

    @Test
    void aFormatOnTheClassPathBringsItsExtensionAndItsCatalog() {
        assertThat(SparkStart.ofTableFormats(Map.of(), List.of(FIRST, ABSENT)))
                .extracting(SparkStart.Added::key, SparkStart.Added::value, SparkStart.Added::because)
                .containsExactlyInAnyOrder(
                        tuple("spark.sql.extensions", FIRST.extension(), "First is on the class path"),
                        tuple("spark.sql.catalog.spark_catalog", "a.Catalog", "First is on the class path"));
    }

    @Test
    void extensionsThatWereChosenStayAndNoneIsDoubled() {
        assertThat(SparkStart.ofTableFormats(Map.of("spark.sql.extensions", "my.Own"), List.of(FIRST)))
                .contains(new SparkStart.Added(
                        "spark.sql.extensions", "my.Own," + FIRST.extension(), "First is on the class path"));
        assertThat(SparkStart.ofTableFormats(
                        Map.of("spark.sql.extensions", "my.Own, " + FIRST.extension()), List.of(FIRST)))
                .extracting(SparkStart.Added::key)
                .containsExactly("spark.sql.catalog.spark_catalog");
    }

    @Test
    void whatSomebodyChoseStays() {
        assertThat(SparkStart.ofTableFormats(Map.of("spark.sql.catalog.spark_catalog", "my.Own"), List.of(FIRST)))
                .extracting(SparkStart.Added::key)
                .containsExactly("spark.sql.extensions");
    }

    @Test
    void ofTwoFormatsTheFirstGetsTheCatalogOfTheSession() {
        assertThat(SparkStart.ofTableFormats(Map.of("spark.master", "yarn"), List.of(FIRST, SECOND)))
                .extracting(SparkStart.Added::key, SparkStart.Added::value, SparkStart.Added::because)
                .containsExactlyInAnyOrder(
                        tuple(
                                "spark.sql.extensions",
                                FIRST.extension() + "," + SECOND.extension(),
                                "First is on the class path, Second is on the class path"),
                        tuple("spark.sql.catalog.spark_catalog", "a.Catalog", "First is on the class path"),
                        tuple("spark.serializer", "a.Serializer", "Second is on the class path"));
    }

    @Test
    void whatSuitsOneMachineIsSetWhereSparkRunsOnOneAndNobodyChose() {
        String because = "Second is on the class path, and Spark is local";
        SparkStart.Added suited = new SparkStart.Added("spark.tasks", "4", because);

        assertThat(SparkStart.ofTableFormats(Map.of(), List.of(SECOND))).contains(suited);
        assertThat(SparkStart.ofTableFormats(Map.of("spark.master", "local[2]"), List.of(SECOND)))
                .contains(suited);
        assertThat(SparkStart.ofTableFormats(Map.of("spark.master", "spark://host:7077"), List.of(SECOND)))
                .extracting(SparkStart.Added::key)
                .doesNotContain("spark.tasks");
        assertThat(SparkStart.ofTableFormats(Map.of("spark.tasks", "9"), List.of(SECOND)))
                .extracting(SparkStart.Added::key)
                .doesNotContain("spark.tasks");
    }

    @Test
    void aSessionThatRunsIsLeftAloneAndTakesNoPackages() {
        SharedSpark.session();

        assertThat(SparkStart.prepare(Map.of(), "", NOWHERE)).isEmpty();
        assertThat(SparkStart.prepare(Map.of("spark.jars.packages", "a:b:1,c:d:2"), "c/d/2", NOWHERE))
                .as("it was started with these")
                .isEmpty();
        assertThatThrownBy(() -> SparkStart.prepare(Map.of("spark.jars.packages", "a:b:1"), "a:b:1,e:f:3", NOWHERE))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        option packages: e:f:3 comes too late
                        Spark runs already, and its class path is settled when it starts.
                        Start that Spark with spark.jars.packages, or leave the option out.""");
    }
}
