/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What may stand behind the key of an option.
 *
 * @param label what stands for a value in a synopsis; null for the option's key in capitals
 * @param names all values, where they are few; empty otherwise
 * @param values the values for people, with their unit; null where any text is one
 * @param reader reads a value; throws IllegalArgumentException for what cannot be read
 * @param check whether the option takes a value that was read
 */
record OptionType<T>(String label, List<String> names, String values, Function<String, T> reader, Predicate<T> check) {
    static OptionType<String> text(String values) {
        return new OptionType<>(null, List.of(), values, value -> value, value -> true);
    }

    static OptionType<String> entries() {
        return new OptionType<>("K=V", List.of(), "K=V, repeatable", value -> value, value -> true);
    }

    static OptionType<Integer> integer(int min, int max, String unit) {
        return new OptionType<>(
                "N",
                List.of(),
                "%s to %s %s".formatted(min, max, unit),
                value -> Integer.parseInt(value.strip()),
                number -> min <= number && number <= max);
    }

    static OptionType<Boolean> flag() {
        return names(List.of("true", "false"), value -> switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("not a boolean");
        });
    }

    static <E extends Enum<E>> OptionType<E> choice(Class<E> type) {
        return names(
                Arrays.stream(type.getEnumConstants()).map(OptionType::name).toList(),
                value -> Enum.valueOf(type, value.strip().toUpperCase(Locale.ROOT)));
    }

    /** A constant as people write it. */
    static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static <T> OptionType<T> names(List<String> names, Function<String, T> reader) {
        return new OptionType<>(String.join("|", names), names, String.join(", ", names), reader, value -> true);
    }

    static OptionType<EncodingRanges> ranges(String values) {
        return new OptionType<>(null, List.of(), values, EncodingRanges::parse, value -> true);
    }

    OptionType<T> labelled(String other) {
        return new OptionType<>(other, names, values, reader, check);
    }
}
