/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.table.LiteralPath;
import io.embark.job.table.MissingCatalog;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * What may be the path of files or the name of a table. Where files are, it is their path.
 *
 * @param reference as people write it
 */
record PathOrTable(SparkSession spark, String reference) {
    /**
     * Whether it is to be opened as a table, which then says what is wrong with it if anything is.
     *
     * @throws EmbarkException {@link ErrorCode#INPUT_NOT_FOUND} if it can be both, and is neither
     */
    boolean isTable() {
        Optional<Path> nowhere = Optional.empty();
        Configuration conf = spark.sessionState().newHadoopConf();
        try {
            Path pattern = new Path(LiteralPath.escapedIfThere(reference, conf));
            FileSystem files = pattern.getFileSystem(conf);
            FileStatus[] found = files.globStatus(pattern);
            if (found != null && found.length > 0) {
                return false;
            }
            nowhere = Optional.of(files.getWorkingDirectory());
        } catch (IOException | RuntimeException e) {
            // No path at all, or one that cannot be reached: whoever opens it says why.
        }
        if (reference.contains("`") || TableReference.travels(reference)) {
            return true;
        }
        Optional<List<String>> name = reference.contains("/") ? Optional.empty() : name();
        if (name.filter(this::isTable).isPresent()) {
            return true;
        }
        if (name.isPresent()
                && nowhere.isPresent()
                && SourceFormat.ofFile(reference).isEmpty()) {
            throw InputErrors.isNeitherPathNorTable(reference, MissingCatalog.of(spark, name.get()), nowhere.get());
        }
        return false;
    }

    private Optional<List<String>> name() {
        try {
            return Optional.of(TableReference.parse(spark, reference, Map.of()).name());
        } catch (Exception e) {
            // What the parser throws for what is no name, such as a-b.
            return Optional.empty();
        }
    }

    private boolean isTable(List<String> name) {
        if (MissingCatalog.isNamed(spark, name)) {
            return true;
        }
        if (MissingCatalog.of(spark, name).isPresent()) {
            return false;
        }
        try {
            return spark.catalog().tableExists(reference);
        } catch (Exception e) {
            // Spark does not declare what it throws. Whoever opens the table says why its catalog cannot be asked.
            return true;
        }
    }
}
