/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.session;

import io.embark.spark.version.SparkVersion;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.util.MutableURLClassLoader;
import scala.util.Properties;

/** Jars by Maven coordinates, resolved as spark-submit does it, with all that they need. */
final class Packages {
    private static final Pattern COORDINATE = Pattern.compile("[^:\\s]+:([^:\\s]+):[^:\\s]+");

    /** How the artifacts of libraries in Scala end: one of another version fails at its first call. */
    private static final Pattern OF_SCALA = Pattern.compile(".*_(2\\.1[0-9]|3)");

    /** The version of Scala that Spark runs on, as artifacts name it. */
    private static final String SCALA = Properties.versionNumberString().replaceFirst("^(2\\.\\d+|\\d+).*", "$1");

    private Packages() {}

    /**
     * The files of packages and of what they depend on, fetched where they are not here yet.
     *
     * @param coordinates {@code group:artifact:version} each
     * @param conf Spark's configuration, with its own settings for repositories, exclusions and Ivy
     * @param log where the words of the resolver go
     */
    static List<String> resolve(List<String> coordinates, Map<String, String> conf, PrintStream log) {
        coordinates.forEach(Packages::check);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = System.out;
        PrintStream err = System.err;
        try (PrintStream kept = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            // Ivy prints to whatever it finds, the results of the job among it.
            System.setOut(kept);
            System.setErr(kept);
            return SparkVersion.resolve(String.join(",", coordinates), conf, kept);
        } catch (Exception e) { // Scala does not declare those of files
            throw SessionErrors.packagesAreNotFound(coordinates, said.toString(StandardCharsets.UTF_8), e);
        } finally {
            System.setOut(out);
            System.setErr(err);
            log.print(said.toString(StandardCharsets.UTF_8));
        }
    }

    private static void check(String coordinate) {
        Matcher matcher = COORDINATE.matcher(coordinate);
        if (!matcher.matches()) {
            throw SessionErrors.isNoCoordinate(coordinate);
        }

        Matcher ofScala = OF_SCALA.matcher(matcher.group(1));
        if (ofScala.matches() && !ofScala.group(1).equals(SCALA)) {
            throw SessionErrors.isOfAnotherScala(coordinate, ofScala.group(1), SCALA);
        }
    }

    /** Adds jars to the class path of this thread, and so of all that it starts. */
    static void load(List<String> jars) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        MutableURLClassLoader extended = loader instanceof MutableURLClassLoader submitted
                ? submitted
                : new MutableURLClassLoader(new URL[0], loader);
        jars.forEach(jar -> extended.addURL(url(jar)));
        Thread.currentThread().setContextClassLoader(extended);
    }

    private static URL url(String jar) {
        try {
            return new File(jar).toURI().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException("every file has a URL", e);
        }
    }
}
