/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.source;

import io.embark.EmbarkException;
import io.embark.base.Shown;
import io.embark.job.guard.ForeignTables;
import io.embark.job.sink.Capability;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.job.table.SparkCall;
import io.embark.spark.call.EmbeddingMetadata;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A data source of Spark as an output. Its own options say where rows go; how they are committed is its matter. */
final class SourceSink implements Sink {
    private static final Logger LOG = LoggerFactory.getLogger(SourceSink.class);

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
        if (source.isJdbc()) {
            requireTableStays();
        }
        if (request.path().isPresent()) {
            requirePlace(request.path().get());
        }
        for (StructField vectors : EmbeddingMetadata.columns(schema)) {
            EmbeddingMetadata metadata = EmbeddingMetadata.of(vectors).orElseThrow();
            if (metadata.encoding().needsRanges() && metadata.ranges().isEmpty()) {
                throw OutputErrors.keepsNoRanges(Shown.value(source.name()), metadata.encoding());
            }
        }
    }

    /** Spark empties a table, or drops it, before the first row is computed. */
    private void requireTableStays() {
        if (request.mode() == WriteMode.OVERWRITE) {
            throw OutputErrors.databaseIsEmptiedFirst(output());
        }
        if (request.mode() == WriteMode.ERROR && isThere()) {
            throw OutputErrors.exists(output(), "table with --sink-option dbtable=NAME");
        }
    }

    private void requirePlace(String path) {
        Configuration conf = spark.sessionState().newHadoopConf();
        if (source.isOfFiles()) {
            SparkCall.run(() -> requireFilesStay(new Path(path), conf), e -> OutputErrors.isUnreachable(output(), e));
            return;
        }
        try {
            ForeignTables.requireNoOtherWritten(source.shortName(), output(), new Path(path), conf);
        } catch (IOException | IllegalArgumentException e) {
            // What a data source takes for a path need not be one of files.
            LOG.debug("{} is no path: {}", path, e.toString());
        }
    }

    /** Spark deletes whatever lies in a folder, before the first row is computed. */
    private void requireFilesStay(Path folder, Configuration conf) throws IOException {
        ForeignTables.requireNoneWritten(output(), folder, conf);
        if (request.mode() != WriteMode.APPEND && folder.getFileSystem(conf).exists(folder)) {
            throw request.mode() == WriteMode.ERROR
                    ? OutputErrors.exists(output(), "--output")
                    : OutputErrors.folderIsEmptiedFirst(output(), source.name());
        }
    }

    private boolean isThere() {
        try {
            return read(new StructType()).schema() != null;
        } catch (Exception e) {
            // Of any kind; whoever writes next says why it cannot be reached.
            return false;
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
        if (source.isOfFiles() && !schema.isEmpty()) {
            reader = reader.schema(schema);
        }
        return request.path().isPresent() ? reader.load(request.path().get()) : reader.load();
    }

    /** What an overwrite leaves is told by options that nobody here knows. */
    @Override
    public boolean holdsThisRunAlone() {
        return request.mode() == WriteMode.ERROR;
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

    @Override
    public boolean commitsByItself() {
        return true;
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
        if (!source.isOfFiles() && !source.isJdbc()) {
            all.add(Capability.MAY_UPDATE_BY_KEY);
        }
        return all;
    }

    @Override
    public Optional<String> note() {
        String emptied = request.mode() == WriteMode.OVERWRITE ? ", after it removed what was there" : "";
        return Optional.of("%s commits rows in its own way: a run that fails may leave a part of them%s"
                .formatted(source.name(), emptied));
    }

    @Override
    public String description() {
        return request.path()
                .map(path -> "%s (%s)".formatted(path, source.name()))
                .orElse(source.name());
    }
}
