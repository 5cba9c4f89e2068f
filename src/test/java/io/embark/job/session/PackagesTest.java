/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.embark.EmbarkException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.apache.spark.util.MutableURLClassLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ivy asks nobody but a folder here: its settings name no other repository. */
class PackagesTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @Test
    void findsAPackageWithAllThatItNeedsAndPrintsOnlyToTheLog() throws IOException {
        publish("org.test", "upper", "1.0", "lower");
        publish("org.test", "lower", "1.0", null);
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        List<String> jars;
        try {
            jars = resolve("org.test:upper:1.0");
        } finally {
            System.setOut(out);
        }

        assertThat(jars)
                .extracting(jar -> Path.of(jar).getFileName().toString())
                .containsExactlyInAnyOrder("org.test_upper-1.0.jar", "org.test_lower-1.0.jar");
        assertThat(jars).allSatisfy(jar -> assertThat(Path.of(jar)).exists());
        assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("found org.test#lower;1.0");
    }

    @Test
    void namesWhatIsNotFound() throws IOException {
        publish("org.test", "upper", "1.0", "lower");

        assertThatThrownBy(() -> resolve("org.test:upper:1.0"))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        packages org.test:upper:1.0: cannot be resolved
                        org.test:lower:1.0: not found
                        Check the coordinates, or name another repository with --set spark.jars.repositories=URL.""");
    }

    @Test
    void saysHowToFetchAJarOfWhichOnlyThePomIsThere() throws IOException {
        publish("org.test", "upper", "1.0", null);
        Files.delete(repository().resolve("org/test/upper/1.0/upper-1.0.jar"));

        assertThatThrownBy(() -> resolve("org.test:upper:1.0"))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        packages org.test:upper:1.0: cannot be resolved
                        org.test:upper:1.0: a local repository, such as ~/.m2/repository, has its POM and not its jar.
                        Run mvn dependency:get -Dartifact=org.test:upper:1.0, then this again.""");
    }

    @Test
    void saysWhatAServerAnswers() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        server.start();
        try {
            String url =
                    "http://localhost:%s/maven".formatted(server.getAddress().getPort());
            assertThatThrownBy(() -> resolve("org.test:upper:1.0", "spark.jars.repositories", url))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessage("""
                            packages org.test:upper:1.0: cannot be resolved
                            org.test:upper:1.0: not found. localhost says: Service Unavailable.
                            Check the coordinates, or name another repository with --set spark.jars.repositories=URL.""");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void refusesAFolderOfIvyThatCannotBeWrittenTo() throws IOException {
        publish("org.test", "upper", "1.0", null);
        Path file = Files.writeString(folder.resolve("file"), "no folder");

        assertThatThrownBy(() -> resolve("org.test:upper:1.0", "spark.jars.ivy", file.toString()))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("packages org.test:upper:1.0: cannot be resolved\n" + file)
                .hasMessageEndingWith("\nName a folder that can be written to with --set spark.jars.ivy=FOLDER.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"io.delta:delta-spark_2.12", "delta", "a:b:c:d", "a::b", "a: b:c"})
    void refusesWhatIsNoCoordinate(String text) {
        assertThatThrownBy(() -> resolve(text))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        option packages: %s is not of the form G:A:V
                        A package of Maven has a group, an artifact and a version.
                        Write --packages GROUP:ARTIFACT:VERSION, several with commas between.""".formatted(text));
    }

    @Test
    void refusesLibrariesOfAnotherScala() {
        assertThatThrownBy(() -> resolve("io.delta:delta-spark_2.11:3.3.2"))
                .isInstanceOf(EmbarkException.class)
                .hasMessageMatching("""
                        package io.delta:delta-spark_2.11:3.3.2: is made for Scala 2.11
                        This Spark runs on Scala (2.1[23]).
                        Write io.delta:delta-spark_\\1:3.3.2.""");
    }

    @Test
    void whatIsLoadedIsFoundByThisThread() throws Exception {
        publish("org.test", "upper", "1.0", null);
        String jar = repository().resolve("org/test/upper/1.0/upper-1.0.jar").toString();
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader submitted = new MutableURLClassLoader(new URL[0], before)) {
            Packages.load(List.of(jar));
            assertThat(Thread.currentThread().getContextClassLoader().getResource("upper.txt"))
                    .isNotNull();

            Thread.currentThread().setContextClassLoader(submitted);
            Packages.load(List.of(jar));
            assertThat(submitted.getResource("upper.txt")).isNotNull();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private List<String> resolve(String coordinate) throws IOException {
        return resolve(coordinate, "spark.jars.ivy", folder.resolve("ivy").toString());
    }

    private List<String> resolve(String coordinate, String key, String value) throws IOException {
        Path settings = Files.writeString(
                folder.resolve("settings.xml"), """
                <ivysettings>
                  <settings defaultResolver="here"/>
                  <resolvers>
                    <ibiblio name="here" m2compatible="true" root="%s"/>
                  </resolvers>
                </ivysettings>
                """.formatted(repository().toUri()));
        Map<String, String> conf = new java.util.HashMap<>(Map.of(
                "spark.jars.ivySettings",
                settings.toString(),
                "spark.jars.ivy",
                folder.resolve("ivy").toString()));
        conf.put(key, value);
        return Packages.resolve(List.of(coordinate), conf, new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    private Path repository() {
        return folder.resolve("repository");
    }

    /** @param needed another artifact of the same group and version; null if it needs none */
    private void publish(String group, String artifact, String version, String needed) throws IOException {
        Path place = Files.createDirectories(
                repository().resolve(group.replace('.', '/')).resolve(artifact).resolve(version));
        String dependencies = needed == null ? "" : """
                <dependencies>
                  <dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version></dependency>
                </dependencies>
                """.formatted(group, needed, version);
        Files.writeString(place.resolve("%s-%s.pom".formatted(artifact, version)), """
                <project>
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version>
                  %s
                </project>
                """.formatted(
                        group, artifact, version, dependencies));
        try (JarOutputStream jar =
                new JarOutputStream(Files.newOutputStream(place.resolve("%s-%s.jar".formatted(artifact, version))))) {
            jar.putNextEntry(new JarEntry(artifact + ".txt"));
        }
    }
}
