/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.base.TimeSpan;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What is asked for, read before anything starts.
 *
 * @param sample the most texts that are read
 * @param budget seconds that all of it may take
 * @param swept the settings that are tried
 * @param rows rows of the table whose time is wanted, if somebody says
 * @param price of an hour of this machine
 * @param finishIn seconds in which the table is to be done
 */
record BenchRequest(
        int sample, long budget, Set<Swept> swept, OptionalLong rows, OptionalDouble price, OptionalLong finishIn) {
    /** @throws EmbarkException {@link ErrorCode#OPTION_INVALID} for a value that says nothing */
    static BenchRequest of(Settings settings) {
        return new BenchRequest(
                settings.get(JobSettings.SAMPLE),
                seconds(JobSettings.BUDGET, settings).orElse(DEFAULT_BUDGET),
                swept(settings),
                rows(settings),
                price(settings),
                seconds(JobSettings.FINISH_IN, settings));
    }

    private static final long DEFAULT_BUDGET = 120;

    private static OptionalLong seconds(Option<String> option, Settings settings) {
        Optional<String> text = settings.find(option);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        OptionalLong seconds = TimeSpan.seconds(text.get());
        if (seconds.isEmpty()) {
            throw BenchErrors.isNoTime(option, text.get());
        }
        return seconds;
    }

    private static Set<Swept> swept(Settings settings) {
        List<String> names = settings.names(JobSettings.SWEEP);
        if (names.isEmpty()) {
            return EnumSet.allOf(Swept.class);
        }
        Set<Swept> swept = EnumSet.noneOf(Swept.class);
        for (String name : names) {
            swept.add(Stream.of(Swept.values())
                    .filter(known -> known.word().equalsIgnoreCase(name))
                    .findFirst()
                    .orElseThrow(() -> BenchErrors.isNothingToSweep(JobSettings.SWEEP, name, Swept.words())));
        }
        return swept;
    }

    private static OptionalLong rows(Settings settings) {
        Optional<BigDecimal> rows = number(
                JobSettings.ROWS,
                settings,
                value -> value.stripTrailingZeros().scale() <= 0,
                BenchErrors::isNoNumberOfRows);
        return rows.map(value -> OptionalLong.of(value.longValueExact())).orElse(OptionalLong.empty());
    }

    private static OptionalDouble price(Settings settings) {
        Optional<BigDecimal> price =
                number(JobSettings.PRICE_PER_HOUR, settings, value -> true, BenchErrors::isNoAmount);
        return price.map(value -> OptionalDouble.of(value.doubleValue())).orElse(OptionalDouble.empty());
    }

    /** Refuses one in its own words. */
    private interface Refusal {
        EmbarkException of(Option<?> option, String text);
    }

    private static final BigDecimal MOST = BigDecimal.valueOf(1_000_000_000_000_000L);

    private static Optional<BigDecimal> number(
            Option<String> option, Settings settings, Predicate<BigDecimal> check, Refusal refusal) {
        Optional<String> text = settings.find(option);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            BigDecimal value = new BigDecimal(text.get().strip());
            if (value.signum() > 0 && value.compareTo(MOST) <= 0 && check.test(value)) {
                return Optional.of(value);
            }
        } catch (NumberFormatException e) {
            throw refusal.of(option, text.get());
        }
        throw refusal.of(option, text.get());
    }
}
