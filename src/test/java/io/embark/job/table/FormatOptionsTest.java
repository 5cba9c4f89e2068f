/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.folder.FolderKind;
import io.embark.job.sink.table.TableKind;
import io.embark.job.source.Source;
import io.embark.job.source.SourceRequest;
import io.embark.spark.SharedSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatOptionsTest {
    @ParameterizedTest
    @CsvSource({
        "parquet,compresion,compression",
        "json,muliLine,multiLine",
        "csv,seperator,",
        "csv,hedaer,header",
        "text,wholeTxt,wholetext",
        "orc,mergeShema,mergeSchema",
        "csv,ignoreCorruptFile,ignoreCorruptFiles",
        "jdbc,fetchsizze,fetchsize",
        "JDBC,dbtabel,dbtable",
        "jdbc,partitonColumn,partitionColumn",
    })
    void refusesAnOptionThatAFormatDoesNotHave(String format, String name, String nearest) {
        assertThatThrownBy(() -> FormatOptions.requireKnown("sink-option", format, Map.of(name, "a")))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("option sink-option: '%s' does not exist\n".formatted(name))
                .hasMessageContaining("\nSpark would ignore it. Its options for %s are ".formatted(format))
                .hasMessageEndingWith(
                        nearest == null
                                ? "\nLeave it out, or choose one of these."
                                : "\nDid you mean %s?".formatted(nearest));
    }

    @ParameterizedTest
    @CsvSource({
        "parquet,compression",
        "parquet,parquet.block.size",
        "parquet,parquet.bloom.filter.enabled#id",
        "parquet,datetimeRebaseMode",
        "parquet,pathGlobFilter",
        "parquet,RECURSIVEFILELOOKUP",
        "parquet,maxRecordsPerFile",
        "json,maxStringLen",
        "json,columnNameOfCorruptRecord",
        "csv,delimiter",
        "csv,charset",
        "csv,columnPruning",
        "text,lineSep",
        "orc,orc.compress",
        "jdbc,fetchSize",
        "jdbc,user",
        "jdbc,ssl",
        "jdbc,sessionInitStatement",
        "org.other.Source,anything",
    })
    void takesThoseThatItHas(String format, String name) {
        assertThatCode(() -> FormatOptions.requireKnown("source-option", format, Map.of(name, "a")))
                .doesNotThrowAnyException();
    }

    @Test
    void bothSidesAsk(@TempDir Path folder) throws Exception {
        String input = Files.writeString(folder.resolve("a.csv"), "a\n1\n").toString();
        SourceRequest source = SourceRequest.ALL.with(Map.of("sepp", ";"));
        Map<String, String> options = Map.of("compresion", "zstd");
        SinkRequest written = SinkRequest.folder("a", WriteMode.ERROR).with(options);
        SinkRequest table = SinkRequest.table("a", WriteMode.ERROR).with(options);

        assertThatThrownBy(() -> Source.files(SharedSpark.session(), input, source))
                .hasMessageStartingWith("option source-option: 'sepp' does not exist\n")
                .hasMessageEndingWith("\nDid you mean sep?");
        assertThatThrownBy(() -> new FolderKind().open(SharedSpark.session(), written))
                .hasMessageStartingWith("option sink-option: 'compresion' does not exist\n")
                .hasMessageEndingWith("\nDid you mean compression?");
        assertThatThrownBy(() -> new TableKind().open(SharedSpark.session(), table))
                .hasMessageEndingWith("\nDid you mean compression?");
    }
}
