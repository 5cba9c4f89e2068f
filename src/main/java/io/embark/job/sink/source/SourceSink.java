/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.source;

import io.embark.EmbarkException;
import io.embark.job.sink.Capability;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.SparkException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** A data source of Spark as an output. Its own options say where rows go; how they are committed is its matter. */
final class SourceSink implements Sink {
    private final SparkSession spark;
    private final WrittenSource source;
    private final SinkRequest request;

    SourceSink(SparkSession spark, WrittenSource source, SinkRequest request) {
        this.spark = spark;
        this.source = source;
        this.request = request;
    }

    /** The place as errors call it. */
    private String output() {
        return request.path().map("output %s"::formatted).orElse("output format %s".formatted(source.name()));
    }

    @Override
    public void check(StructType schema, Source read) {
        if (!source.canBeWritten()) {
            throw SourceErrors.cannotBeWritten(source.name());
        }
        if (!source.takes(request.mode())) {
            throw SourceErrors.takesNoSuchMode(source.name(), request.mode());
        }
        for (StructField vectors : EmbeddingMetadata.columns(schema)) {
            EmbeddingMetadata metadata = EmbeddingMetadata.of(vectors).orElseThrow();
            if (metadata.encoding().needsRanges() && metadata.ranges().isEmpty()) {
                throw SourceErrors.keepsNoRanges(source.name(), metadata.encoding());
            }
        }
    }

    @Override
    public void write(Dataset<Row> rows, Runnable beforeTheyAreSeen) {
        beforeTheyAreSeen.run();
        DataFrameWriter<Row> writer = rows.write()
                .format(source.name())
                .options(request.options())
                .mode(request.mode().name().toLowerCase(Locale.ROOT));
        if (!request.partitionBy().isEmpty()) {
            writer = writer.partitionBy(request.partitionBy().toArray(new String[0]));
        }
        try {
            if (request.path().isPresent()) {
                writer.save(request.path().get());
            } else {
                writer.save();
            }
        } catch (Exception e) {
            // Of tasks, whose own words are behind it.
            if (e instanceof SparkException || e instanceof EmbarkException) {
                throw e;
            }
            throw SourceErrors.failed(output(), source.name(), e);
        }
    }

    @Override
    public Dataset<Row> read(StructType schema) {
        DataFrameReader reader = spark.read().format(source.name()).options(request.options());
        return request.path().isPresent() ? reader.load(request.path().get()) : reader.load();
    }

    @Override
    public Optional<String> recordedRanges() {
        return Optional.empty();
    }

    @Override
    public Optional<String> folder() {
        return source.isOfFiles() ? request.path() : Optional.empty();
    }

    @Override
    public String reference() {
        return request.path().orElse(source.name());
    }

    @Override
    public List<String> searchWords() {
        if (!source.canBeRead()) {
            return List.of();
        }
        List<String> words = new ArrayList<>(List.of("--format", source.name()));
        request.path().ifPresent(path -> words.addAll(List.of("--table", path)));
        // Others may be secret, and whoever wrote them knows them.
        request.options().forEach((name, value) -> {
            if (List.of("url", "dbtable").contains(name.toLowerCase(Locale.ROOT))) {
                words.addAll(List.of("--source-option", "%s=%s".formatted(name, value)));
            }
        });
        return words;
    }

    /** What every data source can; whether it keeps types or replaces at once nobody says. */
    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.of(Capability.APPENDS);
        if (source.takes(WriteMode.ERROR)) {
            all.add(Capability.CREATES);
        }
        if (source.canBeRead()) {
            all.add(Capability.READS_BACK);
        }
        return all;
    }

    @Override
    public Optional<String> note() {
        return Optional.of(
                "%s commits rows in its own way: a run that fails may leave a part of them".formatted(source.name()));
    }

    @Override
    public String description() {
        return request.path()
                .map(path -> "%s (%s)".formatted(path, source.name()))
                .orElse(source.name());
    }
}
