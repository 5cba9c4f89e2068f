/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import static java.util.stream.Collectors.toList;

import io.embark.base.Redaction;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

    private static final int AT_ONCE = 8;

    private record Found(StagedFile file, StructType schema) {}

    /** The writes in a folder of a dead run, in their order. */
    static List<DeadStage> of(FileSystem files, Path folder) throws IOException {
        Map<Integer, List<Found>> writes = found(files, folder).stream()
                .collect(Collectors.groupingBy(found -> found.file().write(), TreeMap::new, toList()));
        return writes.values().stream().map(DeadStage::of).toList();
    }

    private static DeadStage of(Collection<Found> write) {
        Map<Integer, Map<Long, List<StagedFile>>> attempts = write.stream()
                .map(Found::file)
                .collect(Collectors.groupingBy(
                        StagedFile::partition, Collectors.groupingBy(StagedFile::attempt, TreeMap::new, toList())));
        List<StagedFile> files = attempts.values().stream()
                .flatMap(partition -> fullest(partition.values()).stream())
                .sorted(StagedFile.ORDER)
                .toList();
        // One plan wrote them all.
        return new DeadStage(write.iterator().next().schema(), files);
    }

    private static List<StagedFile> fullest(Collection<List<StagedFile>> attempts) {
        return attempts.stream()
                .max(Comparator.<List<StagedFile>>comparingInt(List::size)
                        .thenComparingLong(files ->
                                files.stream().mapToLong(StagedFile::bytes).sum()))
                .orElseThrow();
    }

    /** The files that can be read, in no order. */
    private static Collection<Found> found(FileSystem files, Path folder) throws IOException {
        Path root = files.makeQualified(folder);
        Queue<Found> found = new ConcurrentLinkedQueue<>();
        // Each file is asked for its columns, which takes a store of objects some time.
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Callable<Void>> reads = new ArrayList<>();
            named(files, root)
                    .forEach((name, status) -> reads.add(() -> {
                        read(files, root, name, status).ifPresent(found::add);
                        return null;
                    }));
            threads.invokeAll(reads);
            return found;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("The rows of a killed run were not looked at to their end.");
        } finally {
            threads.shutdownNow();
        }
    }

    private static Map<StageName, LocatedFileStatus> named(FileSystem files, Path root) throws IOException {
        Map<StageName, LocatedFileStatus> named = new HashMap<>();
        try {
            RemoteIterator<LocatedFileStatus> there = files.listFiles(root, true);
            while (there.hasNext()) {
                LocatedFileStatus status = there.next();
                StageName.of(root.toUri().relativize(status.getPath().toUri()).getPath())
                        .ifPresent(name -> named.put(name, status));
            }
        } catch (FileNotFoundException e) {
            // It was killed before it finished any row, or is removed just now.
            LOG.debug("Nothing lies in {}", Redaction.text(root.toString()));
        }
        return named;
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
