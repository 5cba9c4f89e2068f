package io.embark.spark;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;

/** How to embed, as Spark's configuration says it. */
final class SparkSettings {
    private static final String PREFIX = "spark.embark.";

    private SparkSettings() {}

    /**
     * The options among some entries of Spark's configuration: {@code spark.embark.model} is the option {@code model}. Other
     * entries, those of jobs among them, are left aside.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} for a value that its option does not take
     */
    static EmbedOptions options(Iterable<Map.Entry<String, String>> conf) {
        Map<String, String> options = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : conf) {
            boolean isOption = EmbedOptions.all().stream()
                    .anyMatch(option -> entry.getKey().equals(PREFIX + option.key()));
            if (isOption) {
                options.put(entry.getKey().substring(PREFIX.length()), entry.getValue());
            }
        }
        return EmbedOptions.parse(options);
    }
}
