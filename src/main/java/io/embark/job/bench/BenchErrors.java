/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.base.Shown;
import java.util.Collection;
import java.util.List;

/** What bench refuses, and what it cannot go on after: one method for each. */
final class BenchErrors {
    private BenchErrors() {}

    static EmbarkException vectorsDependOnOthers(long differing, int alone) {
        return failed(
                "bench: %s of %s texts have another vector alone than among others".formatted(differing, alone),
                "Vectors must not depend on what else is in a batch, so nothing of this is worth timing.",
                "Report it, please, with what embark inspect and lscpu print.");
    }

    static EmbarkException tasksDidNotRunTogether(int tasks, Collection<Long> byExecutor) {
        return failed(
                "bench: %s tasks did not run at the same time".formatted(tasks),
                "Of them each executor had: %s.".formatted(byExecutor),
                "Run it where nothing else runs, with executors that stay.");
    }

    static EmbarkException noTexts(String source) {
        return new EmbarkException(
                ErrorCode.INPUT_NOT_FOUND,
                "bench: %s has no texts".formatted(source),
                "Among the rows that were sampled each text is null or blank.",
                "Name the column of the texts with --text-column, or leave out --where.");
    }

    static EmbarkException isNothingToSweep(Option<?> option, String name, List<String> known) {
        return invalid(
                "option %s: '%s' is not among what can be tried".formatted(option.key(), Shown.value(name)),
                "It takes a list of %s.".formatted(String.join(", ", known)),
                "Write --%s %s for instance, or leave it out for all of them.".formatted(option.key(), known.get(0)));
    }

    static EmbarkException isNoTime(Option<?> option, String text) {
        return invalid(
                "option %s: '%s' is not a time".formatted(option.key(), Shown.value(text)),
                "It takes a whole number of seconds, minutes or hours that is not zero, such as 90s, 10m or 6h.",
                "Write --%s 90s for instance.".formatted(option.key()));
    }

    static EmbarkException isNoAmount(Option<?> option, String text) {
        return invalid(
                "option %s: '%s' is not an amount".formatted(option.key(), Shown.value(text)),
                "It takes a number greater than zero, such as 0.40.",
                "Write --%s 0.40 for instance.".formatted(option.key()));
    }

    static EmbarkException isNoNumberOfRows(Option<?> option, String text) {
        return invalid(
                "option %s: '%s' is not a number of rows".formatted(option.key(), Shown.value(text)),
                "It takes a whole number greater than zero, such as 250000000.",
                "Write --%s 250000000 for instance.".formatted(option.key()));
    }

    static EmbarkException executorsComeAndGo() {
        return invalid(
                "bench: spark.dynamicAllocation.enabled is true",
                "Executors that come and go while settings are tried make them look better or worse than they are.",
                "Set it to false, with --num-executors for the executors that are to be measured.");
    }

    private static EmbarkException failed(String problem, String reason, String remedy) {
        return new EmbarkException(ErrorCode.RUN_FAILED, problem, reason, remedy);
    }

    private static EmbarkException invalid(String problem, String reason, String remedy) {
        return new EmbarkException(ErrorCode.OPTION_INVALID, problem, reason, remedy);
    }
}
