/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.milvus.v2.common.IndexParam.IndexType;
import io.milvus.v2.common.IndexParam.MetricType;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a request says about a collection, by its {@code --sink-option}s.
 *
 * @param address where it is
 * @param index how its vectors are found
 * @param maxLength the most bytes that the strings of a new collection have; empty for as many as Milvus takes
 * @param columns the columns that are kept beside key and vectors, in small letters; absent for all
 * @param keyField the field for the key of a row that has several columns
 * @param batchRows the most rows of a message
 */
record MilvusOptions(
        MilvusAddress address,
        MilvusIndex index,
        Optional<Integer> maxLength,
        Optional<Set<String>> columns,
        String keyField,
        int batchRows) {
    private static final String URI = "uri";
    private static final String COLLECTION = "collection";
    private static final String DATABASE = "database";
    private static final String TOKEN = "token";

    /** A way to a secret beside the one of all options, which is refused. */
    private static final String TOKEN_FILE = "token-file";

    private static final String INDEX = "index";
    private static final String METRIC = "metric";
    private static final String MAX_LENGTH = "max-length";
    private static final String COLUMNS = "columns";
    private static final String KEY_FIELD = "key-field";
    private static final String BATCH_ROWS = "batchsize";
    private static final int DEFAULT_BATCH_ROWS = 1_000;
    private static final int MOST_BATCH_ROWS = 10_000;

    /** Parameters of the kind of index begin so. */
    private static final String OF_INDEX = "index.";

    private static final List<String> ALL =
            List.of(URI, COLLECTION, DATABASE, TOKEN, INDEX, METRIC, MAX_LENGTH, COLUMNS, KEY_FIELD, BATCH_ROWS);

    private static final Pattern ADDRESS = Pattern.compile("https?://[^/\\s@]+(/\\S*)?", Pattern.CASE_INSENSITIVE);

    /**
     * Reads the options; no server is asked.
     *
     * @throws io.embark.EmbarkException {@link io.embark.ErrorCode#OPTION_UNKNOWN} or {@link
     *     io.embark.ErrorCode#OPTION_INVALID} for what is not there or has no possible value
     */
    static MilvusOptions of(Map<String, String> given) {
        Map<String, String> options = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        options.putAll(given);
        Optional.ofNullable(options.get(TOKEN_FILE)).ifPresent(file -> {
            throw MilvusErrors.tokenIsNamedByItsOption(TOKEN_FILE, TOKEN, file);
        });
        requireKnown(options.keySet());

        String uri = require(options, URI, "http://HOST:19530");
        if (!ADDRESS.matcher(uri).matches()) {
            throw MilvusErrors.isNoAddress(uri);
        }
        String collection = name(COLLECTION, require(options, COLLECTION, "NAME"));
        Optional<String> database = find(options, DATABASE).map(name -> name(DATABASE, name));
        Optional<String> token = find(options, TOKEN);
        return new MilvusOptions(
                new MilvusAddress(uri, database.orElse(null), collection, token.orElse(null)),
                index(options),
                find(options, MAX_LENGTH).map(value -> number(MAX_LENGTH, value, MilvusField.MOST_BYTES)),
                Optional.ofNullable(options.get(COLUMNS)).map(MilvusOptions::list),
                name(KEY_FIELD, options.getOrDefault(KEY_FIELD, "key")),
                find(options, BATCH_ROWS)
                        .map(value -> number(BATCH_ROWS, value, MOST_BATCH_ROWS))
                        .orElse(DEFAULT_BATCH_ROWS));
    }

    private static void requireKnown(Collection<String> names) {
        for (String name : names) {
            boolean ofIndex = name.toLowerCase(Locale.ROOT).startsWith(OF_INDEX) && name.length() > OF_INDEX.length();
            if (!ofIndex && ALL.stream().noneMatch(name::equalsIgnoreCase)) {
                throw MilvusErrors.doesNotExist(name, ALL, OF_INDEX);
            }
        }
    }

    private static String require(Map<String, String> options, String option, String example) {
        return find(options, option).orElseThrow(() -> MilvusErrors.isMissing(option, example));
    }

    private static Optional<String> find(Map<String, String> options, String option) {
        return Optional.ofNullable(options.get(option)).map(String::strip).filter(value -> !value.isEmpty());
    }

    private static String name(String option, String name) {
        if (!MilvusName.isName(name)) {
            throw MilvusErrors.isNoName(option, name);
        }
        return name;
    }

    private static MilvusIndex index(Map<String, String> options) {
        Map<String, String> parameters = new TreeMap<>();
        options.forEach((name, value) -> {
            if (name.toLowerCase(Locale.ROOT).startsWith(OF_INDEX)) {
                parameters.put(name.substring(OF_INDEX.length()), value);
            }
        });
        Optional<IndexType> type = find(options, INDEX).map(name -> choice(INDEX, name, MilvusIndex.TYPES));
        Optional<MetricType> metric = find(options, METRIC).map(name -> choice(METRIC, name, MilvusIndex.METRICS));
        return new MilvusIndex(type, metric, parameters);
    }

    private static <T extends Enum<T>> T choice(String option, String name, List<T> choices) {
        return choices.stream()
                .filter(choice -> choice.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> MilvusErrors.isNoChoice(
                        option, name, choices.stream().map(Enum::name).toList()));
    }

    private static int number(String option, String value, int most) {
        int number = value.matches("\\d{1,5}") ? Integer.parseInt(value) : 0;
        if (number < 1 || number > most) {
            throw MilvusErrors.isNoNumber(option, value, most);
        }
        return number;
    }

    private static Set<String> list(String value) {
        Set<String> names = new TreeSet<>();
        Stream.of(value.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
        return names;
    }
}
