/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import io.embark.base.Redaction;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a write of a dead run left: of each partition the files of one task, since one that was tried again wrote its first rows
 * twice.
 *
 * @param schema the columns of all files
 * @param files what is left, at least one
 * @hidden Public for Embark's other rooms only.
 */
public record DeadStage(StructType schema, List<StagedFile> files) {
    private static final Logger LOG = LoggerFactory.getLogger(DeadStage.class);

    /** Where Spark's writer keeps the columns as Spark knows them, with their labels. */
    private static final String SCHEMA = "org.apache.spark.sql.parquet.row.metadata";

    private record Found(StagedFile file, StructType schema) {}

    /** The writes in a folder of a dead run, those of other columns apart. */
    static List<DeadStage> of(FileSystem files, Path folder) throws IOException {
        Map<List<Integer>, Map<Long, List<StagedFile>>> attempts = new TreeMap<>(
                Comparator.<List<Integer>>comparingInt(part -> part.get(0)).thenComparingInt(part -> part.get(1)));
        Map<StagedFile, StructType> schemas = new LinkedHashMap<>();
        for (Found found : found(files, folder)) {
            StagedFile file = found.file();
            schemas.put(file, found.schema());
            attempts.computeIfAbsent(List.of(file.write(), file.partition()), part -> new TreeMap<>())
                    .computeIfAbsent(file.attempt(), attempt -> new ArrayList<>())
                    .add(file);
        }
        Map<Integer, List<StagedFile>> writes = attempts.values().stream()
                .map(DeadStage::fullest)
                .flatMap(Collection::stream)
                .sorted(StagedFile.ORDER)
                .collect(Collectors.groupingBy(StagedFile::write, TreeMap::new, Collectors.toList()));
        return writes.values().stream()
                .map(write -> new DeadStage(schemas.get(write.get(0)), List.copyOf(write)))
                .toList();
    }

    private static List<StagedFile> fullest(Map<Long, List<StagedFile>> attempts) {
        return attempts.values().stream()
                .max(Comparator.<List<StagedFile>>comparingInt(List::size)
                        .thenComparingLong(files ->
                                files.stream().mapToLong(StagedFile::bytes).sum()))
                .orElseThrow();
    }

    private static List<Found> found(FileSystem files, Path folder) throws IOException {
        List<Found> found = new ArrayList<>();
        Path root = files.makeQualified(folder);
        try {
            RemoteIterator<LocatedFileStatus> there = files.listFiles(root, true);
            while (there.hasNext()) {
                LocatedFileStatus status = there.next();
                StageName.of(root.toUri().relativize(status.getPath().toUri()).getPath())
                        .flatMap(name -> read(files, root, name, status))
                        .ifPresent(found::add);
            }
        } catch (FileNotFoundException e) {
            // It was killed before it finished any row, or is removed just now.
            return found;
        }
        return found;
    }

    private static Optional<Found> read(FileSystem files, Path root, StageName name, LocatedFileStatus status) {
        try (ParquetFileReader reader = ParquetFileReader.open(HadoopInputFile.fromStatus(status, files.getConf()))) {
            ParquetMetadata footer = reader.getFooter();
            long rows = footer.getBlocks().stream()
                    .mapToLong(BlockMetaData::getRowCount)
                    .sum();
            String json = footer.getFileMetaData().getKeyValueMetaData().get(SCHEMA);
            return Optional.of(new Found(name.file(root, rows, status.getLen()), (StructType) DataType.fromJson(json)));
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "Rows of a killed run are computed again, since {} cannot be read: {}",
                    Redaction.text(status.getPath().toString()),
                    Redaction.text(String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    /** Whether the columns are these, by name, order and type; labels and whether they may be null do not count. */
    public boolean has(StructType other) {
        return DataType.equalsIgnoreNullability(schema, other);
    }
}
