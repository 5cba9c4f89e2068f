package io.embark.job;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** The folder of a run's report, on any file system of Hadoop. */
final class Report {
    private final FileSystem files;
    private final Path folder;

    private Report(FileSystem files, Path folder) {
        this.files = files;
        this.folder = folder;
    }

    /**
     * The report in this folder, which is created when something is written.
     *
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if there is a file of this name, or the place cannot be reached
     */
    static Report in(SparkSession spark, String reference) {
        try {
            Path folder = new Path(reference);
            FileSystem files = folder.getFileSystem(spark.sessionState().newHadoopConf());
            if (files.exists(folder) && !files.getFileStatus(folder).isDirectory()) {
                throw new IOException("there is a file of this name");
            }

            return new Report(files, folder);
        } catch (IOException | IllegalArgumentException e) {
            throw new EmbarkException(
                    ErrorCode.OUTPUT_INVALID,
                    "report %s: cannot be written".formatted(reference),
                    ErrorReport.rootLine(e),
                    "Name another folder with --report.",
                    e);
        }
    }

    /** Writes a file of the report; one of an earlier run is replaced. */
    void write(String name, String content) {
        try (OutputStream stream = files.create(new Path(folder, name), true)) {
            stream.write(content.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw ErrorReport.runFailed(
                    "report %s: cannot be written, though the output is complete".formatted(folder), e);
        }
    }
}
