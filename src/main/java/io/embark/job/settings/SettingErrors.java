/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.base.NearestName;
import io.embark.base.Shown;
import io.embark.job.table.Failures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is refused of the settings, wherever they stand: one method for each mistake.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class SettingErrors {
    private SettingErrors() {}

    public static EmbarkException isMissing(Option<?> setting, JobCommand command) {
        return invalid(
                "option %s: is missing".formatted(setting.key()),
                "embark %s cannot do without it. %s".formatted(command.key(), setting.description()),
                "Add --%s %s.".formatted(setting.key(), setting.label()));
    }

    public static EmbarkException isNoEntry(Option<?> setting, String text) {
        return invalid(
                "option %s: '%s' is not of the form K=V".formatted(setting.key(), text),
                "It takes a key, an equals sign and a value.",
                "Write --%s KEY=VALUE.".formatted(setting.key()));
    }

    public static EmbarkException alternativesTogether(List<String> keys) {
        return invalid(
                "options %s: more than one is given".formatted(String.join(" and ", keys)),
                "A run has one source and one sink.",
                "Keep one of them.");
    }

    /**
     * A value that is to come from the environment is not in it.
     *
     * @param key the setting whose value should be that of the variable
     */
    public static EmbarkException variableIsNotSet(String key, String variable) {
        return invalid(
                "option %s: its value is to come from the environment".formatted(key),
                "There is no variable %s in it.".formatted(variable),
                "Set it where the driver runs: export %s=...".formatted(variable));
    }

    /**
     * A value that is to come from a file cannot be read.
     *
     * @param key the setting whose value should be the text of the file
     */
    public static EmbarkException secretCannotBeRead(String key, String file, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option %s: file %s cannot be read".formatted(key, Shown.value(file)),
                Failures.line(thrown),
                "Name a file on the machine of the driver that this user may read.",
                thrown);
    }

    public static EmbarkException fileIsNoSecret(String key, String file) {
        return invalid(
                "option %s: file %s holds no password".formatted(key, Shown.value(file)),
                "It is larger than any.",
                "Name a file that holds nothing else.");
    }

    public static EmbarkException noInput() {
        return invalid(
                "no input given",
                "embark embed reads one of --input PATH, --table NAME, --sql QUERY and --format NAME with its options.",
                "Add one of them.");
    }

    public static EmbarkException isNotHeededWithAQuery(Option<?> setting) {
        return invalid(
                "option %s: is not heeded with --sql".formatted(setting.key()),
                "A query names what it reads by itself.",
                "Leave it out, or use --input or --table with --where in place of --sql.");
    }

    public static EmbarkException isForARefresh(Option<?> setting) {
        return invalid(
                "option %s: is not heeded without --mode refresh".formatted(setting.key()),
                "The other modes compare no rows.",
                "Add --mode refresh and --id-column, or leave it out.");
    }

    public static EmbarkException isForARefreshThatIsNamed(Option<?> setting) {
        return invalid(
                "option %s: is not heeded without a source and an output".formatted(setting.key()),
                "embark status counts what is in a table, and compares it with nothing.",
                "Name both as embark embed does, --input, --output and --id-column for instance, or leave it out.");
    }

    public static EmbarkException isForTheCommandLine(String key) {
        return invalid(
                "option %s: cannot be set here".formatted(key),
                "The rows are given, the session runs already, and the mode is refresh.",
                "Leave it out; it is for the command line.");
    }

    public static EmbarkException isForFailedRows(Option<?> setting) {
        return invalid(
                "option %s: is not heeded without --on-error null".formatted(setting.key()),
                "The first text that cannot be embedded ends the run, and no row is without a vector.",
                "Add --on-error null, or leave it out.");
    }

    public static EmbarkException isNoLimitOfRows(Option<?> setting, String text) {
        return invalid(
                "option %s: '%s' is not a possible value".formatted(setting.key(), Shown.value(text)),
                "It takes a share from 0% to 100%, such as 0.1%, or a number of rows.",
                "Write --%s 0.1% or --%s 100.".replace("%s", setting.key()));
    }

    public static EmbarkException noOutput() {
        return invalid(
                "no output given",
                "embark embed writes to one of --output PATH and --output-table NAME.",
                "Add one of them, or --dry-run to write nothing.");
    }

    public static EmbarkException noSuchVectorType(String name, List<String> known) {
        return invalid(
                "option vector-type: '%s' is not a possible value".formatted(Shown.value(name)),
                "It takes %s.".formatted(String.join(", ", known)),
                NearestName.find(name, known).map("Did you mean %s?"::formatted).orElse("Choose one of these."));
    }

    public static EmbarkException noSuchOutputFormat(Optional<String> format, List<String> known) {
        String name = format.orElse("");
        return invalid(
                "option output-format: '%s' is not a possible value".formatted(Shown.value(name)),
                "It takes %s.".formatted(String.join(", ", known)),
                NearestName.find(name, known).map("Did you mean %s?"::formatted).orElse("Choose one of these."));
    }

    public static EmbarkException fileCannotBeRead(Path file) {
        return invalid(
                "configuration file %s: cannot be read".formatted(file),
                Files.exists(file) ? "It is a folder, or its permissions forbid it." : "There is no such file.",
                "Name an existing file with --config.");
    }

    public static EmbarkException fileIsNoHocon(Path file, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "configuration file %s: is not valid HOCON".formatted(file),
                Failures.line(thrown),
                "Write each setting as: key = value, with quotes around values that hold signs.",
                thrown);
    }

    public static EmbarkException valueIsLost(Path file, String key, String longer) {
        return invalid(
                "%s: %s has a value that is lost".formatted(file.getFileName(), key),
                "HOCON makes a section of it, because %s stands there too.".formatted(longer),
                "Write both in quotes: \"%s\" = ... and \"%s\" = ...".formatted(key, longer));
    }

    public static EmbarkException noSettingOfSpark(String key, String nearest) {
        return new EmbarkException(
                ErrorCode.OPTION_UNKNOWN,
                "setting %s: does not exist".formatted(Shown.value(key)),
                "Spark SQL would keep it and not heed it.",
                "Did you mean %s?".formatted(nearest));
    }

    /**
     * A key of Spark that has no effect any more.
     *
     * @param key one that only spark-submit heeds
     */
    public static EmbarkException comesTooLate(String key) {
        String remedy =
                switch (key) {
                    case "spark.jars.packages" -> "Write --packages G:A:V, or packages = \"G:A:V\" in a file.";
                    case "spark.driver.memory" ->
                        "Set EMBARK_DRIVER_MEMORY, or write EMBARK_SPARK_OPTIONS=\"--driver-memory SIZE\".";
                    default -> "Write EMBARK_SPARK_OPTIONS=\"--conf %s=VALUE\".".formatted(key);
                };
        return invalid(
                "setting %s: comes too late".formatted(key),
                "spark-submit reads it before it starts the process that reads this.",
                remedy);
    }

    private static EmbarkException invalid(String problem, String reason, String remedy) {
        return new EmbarkException(ErrorCode.OPTION_INVALID, problem, reason, remedy);
    }
}
