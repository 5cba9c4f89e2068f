/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.embark.base.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import scala.collection.Seq;

/**
 * The change data feed of a table of Delta Lake.
 *
 * @param path where the table lies
 * @param table the id in its metadata
 * @param columns the columns in its metadata, with the names that they have in files
 * @param at the version that is read
 */
record DeltaFeed(SparkSession spark, Path path, String table, String columns, long at) implements ChangeFeed {
    private static final int DIGITS = 20;
    private static final int BUFFER_BYTES = 1 << 16;

    /** With one of them Spark passes over changes without a word. */
    private static final List<String> IGNORING =
            List.of("spark.sql.files.ignoreMissingFiles", "spark.sql.files.ignoreCorruptFiles");

    /** The feed of a relation that is held at a version; empty if it is another one, or reads some partitions only. */
    static Optional<ChangeFeed> of(LogicalRelation relation) {
        if (!DeltaVersions.isOfDelta(relation)) {
            return Optional.empty();
        }
        try {
            HadoopFsRelation files = (HadoopFsRelation) relation.relation();
            Object index = files.location();
            boolean isWhole = ((Seq<?>) DeltaVersions.call(index, "partitionFilters")).isEmpty();
            if (!isWhole || !DeltaVersions.isHeld(files.location())) {
                return Optional.empty();
            }
            Object snapshot = DeltaVersions.call(index, "getSnapshot");
            Object metadata = DeltaVersions.call(snapshot, "metadata");
            return Optional.of(new DeltaFeed(
                    files.sparkSession(),
                    (Path) DeltaVersions.call(index, "path"),
                    (String) DeltaVersions.call(metadata, "id"),
                    (String) DeltaVersions.call(metadata, "schemaString"),
                    (long) DeltaVersions.call(snapshot, "version")));
        } catch (ReflectiveOperationException | ClassCastException e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<TableVersion> version() {
        String known = HexFormat.of().formatHex(Digests.sha256().digest(columns.getBytes(UTF_8)));
        return hash(at).map(hash -> new TableVersion(TableVersion.DELTA, table, Long.toString(at), known, hash));
    }

    /** The hash of what the log keeps of a commit; empty if it keeps it no longer, or elsewhere. */
    private Optional<String> hash(long version) {
        String number = Long.toString(version);
        Path file = new Path(path, "_delta_log/%s%s.json".formatted("0".repeat(DIGITS - number.length()), number));
        try (InputStream in =
                file.getFileSystem(spark.sessionState().newHadoopConf()).open(file)) {
            MessageDigest digest = Digests.sha256();
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return Optional.of(HexFormat.of().formatHex(digest.digest()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public Answer<Dataset<Row>> since(TableVersion before) {
        long from = Long.parseLong(before.version());
        if (from >= at) {
            return Answer.none("it does not follow %s, which the output is of".formatted(before.shown()));
        }
        if (hash(from).filter(before.commit()::equals).isEmpty()) {
            return Answer.none("its log no longer has %s, which the output is of".formatted(before.shown()));
        }
        for (String setting : IGNORING) {
            if (Boolean.parseBoolean(spark.conf().get(setting, "false"))) {
                return Answer.none("with %s=true changes could be lost".formatted(setting));
            }
        }
        return Answer.of(spark.read()
                .format(TableVersion.DELTA)
                .option("readChangeFeed", "true")
                .option("startingVersion", from + 1)
                .option("endingVersion", at)
                .load(path.toString()));
    }

    @Override
    public String kind() {
        return "_change_type";
    }

    @Override
    public String commit() {
        return "_commit_version";
    }
}
