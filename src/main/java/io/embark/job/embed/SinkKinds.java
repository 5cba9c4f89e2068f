/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.settings.SettingErrors;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.folder.FolderKind;
import io.embark.job.sink.source.SourceKind;
import io.embark.job.sink.store.StoreKind;
import io.embark.job.sink.table.CatalogKind;
import io.embark.job.sink.table.TableKind;
import io.embark.job.table.DataSourceClass;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/**
 * The kinds of places that can be written to. A new kind is one line here.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class SinkKinds {
    /** The first that opens what is named has it. */
    private static final List<SinkKind> ALL =
            List.of(new StoreKind(), new CatalogKind(), new TableKind(), new FolderKind(), new SourceKind());

    private SinkKinds() {}

    /**
     * The place that a request names.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if no kind writes in its format
     */
    public static Sink open(SparkSession spark, SinkRequest asked) {
        SinkRequest request = named(spark, asked);
        return ALL.stream()
                .filter(kind -> kind.opens(spark, request))
                .findFirst()
                .orElseThrow(() -> SettingErrors.noSuchOutputFormat(request.format(), formats()))
                .open(spark, request);
    }

    /** Whether a request names a place. */
    public static boolean opens(SparkSession spark, SinkRequest request) {
        SinkRequest named = named(spark, request);
        return ALL.stream().anyMatch(kind -> kind.opens(spark, named));
    }

    /** A format that is asked for by its class is none that a kind knows less of. */
    private static SinkRequest named(SparkSession spark, SinkRequest request) {
        return request.format()
                .map(format -> request.as(DataSourceClass.shortName(spark, format)))
                .orElse(request);
    }

    private static List<String> formats() {
        return ALL.stream().flatMap(kind -> kind.formats().stream()).distinct().toList();
    }
}
