/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.session;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Shown;
import io.embark.job.table.Failures;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What is refused before Spark starts, one method for each mistake. */
final class SessionErrors {
    /** What Ivy calls a module, or a file of it. */
    private static final Pattern MODULE = Pattern.compile("([\\w.-]+)#([\\w.-]+);([\\w.-]+)(?:![\\w.()-]+)?");

    /** How Ivy tells what ails a server. */
    private static final Pattern AILING =
            Pattern.compile("Host (\\S+) not found|SERVER ERROR: (.+?) url=\\w+://([^/:\\s]+)");

    private static final String NOT_FETCHED = "download failed: ";

    /** Every Spark asks it, and many networks do not let it be asked. */
    private static final String ASKED_IN_VAIN = "repos.spark-packages.org";

    private SessionErrors() {}

    static EmbarkException isNoCoordinate(String text) {
        return invalid(
                "option packages: %s is not of the form G:A:V".formatted(Shown.value(text)),
                "A package of Maven has a group, an artifact and a version.",
                "Write --packages GROUP:ARTIFACT:VERSION, several with commas between.",
                null);
    }

    static EmbarkException isOfAnotherScala(String coordinate, String scala, String here) {
        return invalid(
                "package %s: is made for Scala %s".formatted(Shown.value(coordinate), scala),
                "This Spark runs on Scala %s.".formatted(here),
                "Write %s.".formatted(coordinate.replace("_" + scala + ":", "_" + here + ":")),
                null);
    }

    static EmbarkException packagesAreLate(String coordinates) {
        return invalid(
                "option packages: %s comes too late".formatted(Shown.value(coordinates)),
                "Spark runs already, and its class path is settled when it starts.",
                "Start that Spark with spark.jars.packages, or leave the option out.",
                null);
    }

    /**
     * Ivy did not find or fetch something.
     *
     * @param said what it printed
     */
    static EmbarkException packagesAreNotFound(List<String> coordinates, String said, Exception thrown) {
        String problem = "packages %s: cannot be resolved".formatted(Shown.value(String.join(",", coordinates)));
        if (thrown instanceof IOException) {
            return invalid(
                    problem,
                    Failures.line(thrown),
                    "Name a folder that can be written to with --set spark.jars.ivy=FOLDER.",
                    thrown);
        }

        String modules = MODULE.matcher(Failures.line(thrown))
                .replaceAll("$1:$2:$3")
                .replaceAll("^\\[|\\]$|unresolved dependency: ", "");
        if (modules.startsWith(NOT_FETCHED)) {
            String first = modules.substring(NOT_FETCHED.length()).replaceAll(",.*", "");
            return invalid(
                    problem,
                    "%s: a local repository, such as ~/.m2/repository, has its POM and not its jar.".formatted(first),
                    "Run mvn dependency:get -Dartifact=%s, then this again.".formatted(first),
                    thrown);
        }

        String servers = AILING.matcher(said)
                .results()
                .filter(match -> !ASKED_IN_VAIN.equals(match.group(1)) && !ASKED_IN_VAIN.equals(match.group(3)))
                .map(match -> match.group(1) != null
                        ? "There is no host %s.".formatted(match.group(1))
                        : "%s says: %s.".formatted(match.group(3), match.group(2)))
                .distinct()
                .collect(Collectors.joining(" "));
        return invalid(
                problem,
                servers.isEmpty() ? modules : modules + ". " + servers,
                "Check the coordinates, or name another repository with --set spark.jars.repositories=URL.",
                thrown);
    }

    static EmbarkException sparkRefuses(Exception thrown) {
        return invalid(
                "settings of Spark: it does not start with them",
                Failures.rootLine(thrown),
                "Correct the spark.* settings of --set, of --conf or of the configuration file.",
                thrown);
    }

    private static EmbarkException invalid(String problem, String reason, String remedy, Exception thrown) {
        return new EmbarkException(ErrorCode.OPTION_INVALID, problem, reason, remedy, thrown);
    }
}
