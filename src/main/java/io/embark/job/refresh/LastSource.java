/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.Option;
import io.embark.base.Digests;
import io.embark.job.embed.EmbedCall;
import io.embark.job.session.JobSession;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.table.TableVersion;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.RuntimeConfig;
import org.apache.spark.sql.types.StructType;

/**
 * What a refresh leaves with its commit, so that the next one may read what changed since and no more.
 *
 * @param source the version of the source that the target then agreed with
 * @param asked the hash of all that decides, beside the source, what stands in the target
 */
record LastSource(TableVersion source, String asked) {
    /** Raised when the same settings decide otherwise than before, or the same rows have other hashes. */
    private static final int FORM = 1;

    private static final String VERSION = "version";
    private static final String SOURCE = "source";
    private static final String ASKED = "asked";

    /** What Spark makes of a condition depends on them too. */
    private static final List<String> OF_CONDITIONS =
            List.of("spark.sql.session.timeZone", "spark.sql.ansi.enabled", "spark.sql.caseSensitive");

    private static final String LEGACY = "spark.sql.legacy.";

    /** That of a run. */
    static LastSource of(TableVersion source, EmbedCall call, StateColumns state, Settings settings) {
        StructType columns = call.schema();
        RuntimeConfig conf = call.spark().conf();
        List<List<String>> all = List.of(
                List.of(call.spark().version()),
                OF_CONDITIONS.stream().map(conf::get).toList(),
                JobSession.conf(call.spark()).entrySet().stream()
                        .filter(setting -> setting.getKey().startsWith(LEGACY))
                        .map(Map.Entry::toString)
                        .sorted()
                        .toList(),
                settings.find(JobSettings.SQL).stream().toList(),
                settings.find(JobSettings.WHERE).stream().toList(),
                List.of(Option.write(settings.get(JobSettings.DELETED))),
                call.ids(),
                List.copyOf(call.columns().byText().keySet()),
                List.copyOf(call.columns().byText().values()),
                Arrays.stream(columns.fields())
                        .flatMap(field ->
                                Stream.of(field.name(), field.dataType().json()))
                        .toList(),
                List.of(state.shape().toString(), Boolean.toString(state.blankIsNull())),
                state.names());
        byte[] hash = Digests.sha256().digest(new Gson().toJson(all).getBytes(UTF_8));
        return new LastSource(source, HexFormat.of().formatHex(hash));
    }

    String toJson() {
        JsonObject json = new JsonObject();
        json.addProperty(VERSION, FORM);
        json.add(SOURCE, source.toJson());
        json.addProperty(ASKED, asked);
        return json.toString();
    }

    /** Reads one; empty if it is of another form. */
    static Optional<LastSource> of(String text) {
        try {
            JsonObject json = JsonParser.parseString(text).getAsJsonObject();
            String asked = json.get(ASKED).getAsString();
            return json.get(VERSION).getAsInt() == FORM
                    ? TableVersion.of(json.getAsJsonObject(SOURCE)).map(source -> new LastSource(source, asked))
                    : Optional.empty();
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }
}
