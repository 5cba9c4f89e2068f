/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What jobs/embark hands to spark-submit: here a script that prints its words, one in a line, and the packages. */
class LauncherTest {
    private static final String COMPILED_LATE =
            " -XX:Tier4InvocationThreshold=50000 -XX:Tier4MinInvocationThreshold=6000 -XX:Tier4CompileThreshold=150000";

    @TempDir
    Path home;

    @BeforeEach
    void layOut() throws IOException {
        Files.createDirectories(home.resolve("src/main"));
        Files.createDirectories(home.resolve("target/dist"));
        Files.createDirectories(home.resolve("jobs/sample"));
        Files.copy(Path.of("jobs/embark"), home.resolve("jobs/embark"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(home.resolve("pom.xml"), "");
        for (String jar : List.of("embark-1", "pytorch-native-cpu-2", "langchain4j-3")) {
            Files.writeString(home.resolve("target/dist/" + jar + ".jar"), "");
        }
        Files.setLastModifiedTime(
                Files.writeString(home.resolve("target/dist/built"), ""),
                FileTime.fromMillis(System.currentTimeMillis() + 60_000));
        for (String spark : List.of("target/spark", "another")) {
            Path submit =
                    Files.createDirectories(home.resolve(spark).resolve("bin")).resolve("spark-submit");
            Files.writeString(submit, "#!/bin/bash\nprintf '%s\\n' \"$@\" \"packages: $EMBARK_PACKAGES\"\n");
            assertThat(submit.toFile().setExecutable(true)).isTrue();
        }
    }

    @Test
    void jarsOfTheUserStandBesideThoseOfEmbark() throws Exception {
        assertThat(onAnotherSpark("--jars a.jar --conf spark.jars=b.jar -c spark.jars=c.jar --jars=d.jar"))
                .containsSubsequence("--jars", own() + ",a.jar,b.jar,c.jar,d.jar", "--class", "io.embark.job.Main")
                .containsOnlyOnce("--jars");
    }

    @Test
    void listsOfTheFileOfSettingsThatTheCommandLineWouldHideStay() throws Exception {
        properties("""
                # spark.jars /no.jar
                spark.jars   /file.jar,/other.jar\s
                spark.jars.ivy=/ivy
                spark.driver.memory 8g
                """);

        assertThat(onAnotherSpark("--jars a.jar")).containsSubsequence("--jars", own() + ",/file.jar,/other.jar,a.jar");
        Path named = Files.writeString(home.resolve("my.conf"), "spark.jars = /mine.jar\n");
        assertThat(onAnotherSpark("--properties-file " + named))
                .containsSubsequence("--properties-file", named.toString(), "--jars", own() + ",/mine.jar");
    }

    @Test
    void thePackagesOfAllPlacesAreLeftToTheJob() throws Exception {
        properties("spark.jars.packages: a:b:1\n");

        List<String> words = onAnotherSpark("--packages c:d:2 --conf spark.jars.packages=e:f:3");
        assertThat(words)
                .endsWith("packages: a:b:1,c:d:2,e:f:3")
                .containsSubsequence("--conf", "spark.jars.packages=")
                .doesNotContain("--packages");
    }

    @Test
    void onTheDriverOfAClusterSparkSubmitResolvesThem() throws Exception {
        properties("spark.submit.deployMode cluster\nspark.jars.packages a:b:1\n");

        assertThat(onAnotherSpark("--packages c:d:2"))
                .containsSubsequence("--packages", "a:b:1,c:d:2")
                .endsWith("packages: ");
        assertThat(onAnotherSpark("--packages c:d:2 --deploy-mode client")).endsWith("packages: a:b:1,c:d:2");
    }

    @Test
    void onTheLocalSparkClassPathsAndJavaOptionsAreJoinedToo() throws Exception {
        String dist = home.resolve("target/dist") + "/*";
        String log = "-Dlog4j2.configurationFile=\"" + home.resolve("conf/log4j2.properties") + "\"";

        assertThat(run(
                        Map.of(),
                        "--driver-class-path x.jar --driver-java-options -Da=1 --conf spark.driver.extraJavaOptions=-Db=2"
                                + " --conf spark.executor.extraClassPath=y.jar --conf spark.sql.extensions=A"
                                + " --conf spark.sql.extensions=B --jars z.jar --master local[1]"))
                .containsSubsequence("--master", "local[*]", "--master", "local[1]")
                .containsSubsequence("--jars", "z.jar")
                .containsSubsequence("--driver-class-path", dist + ":x.jar")
                .containsSubsequence("--driver-java-options", log + COMPILED_LATE + " -Da=1 -Db=2")
                .containsSubsequence("--conf", "spark.executor.extraClassPath=" + dist + ":y.jar")
                .containsSubsequence("--conf", "spark.sql.extensions=A,B")
                .containsSubsequence("--class", "io.embark.job.Main", "spark-internal", "embed", "--where", "a = 'b'");
    }

    @Test
    void theFirstRunKeepsTheClassesThatItLoadedForTheNextOnes() throws Exception {
        Files.writeString(home.resolve("target/spark/bin/spark-submit"), """
                #!/bin/bash
                printf '%s\\n' "$@"
                [[ "$*" != *ArchiveClassesAtExit=* ]] || echo classes >"$(sed 's/.*AtExit="\\([^"]*\\)".*/\\1/' <<<"$*" | head -n 1)"
                """);
        builtBefore();
        String uses = "-XX:SharedArchiveFile=\"%s\"".formatted(home.resolve("target/dist/embark.jsa"));

        assertThat(run(Map.of(), ""))
                .startsWith("embark: preparing a fast start (once, and after a change)")
                .anyMatch(line -> line.contains(uses));
        assertThat(run(Map.of(), ""))
                .doesNotContain("embark: preparing a fast start (once, and after a change)")
                .anyMatch(line -> line.contains(uses));
        assertThat(home.resolve("target/dist")).isDirectoryNotContaining("glob:**training*jsa");
    }

    @Test
    void whereTheyCannotBeKeptEachRunLoadsThemAndNoneTriesAgain() throws Exception {
        builtBefore();
        assertThat(run(Map.of(), "")).startsWith("embark: preparing a fast start (once, and after a change)");
        assertThat(run(Map.of(), ""))
                .doesNotContain("embark: preparing a fast start (once, and after a change)")
                .noneMatch(line -> line.contains("SharedArchiveFile"));
    }

    private void builtBefore() throws IOException {
        Files.setLastModifiedTime(
                home.resolve("target/dist/built"), FileTime.fromMillis(System.currentTimeMillis() - 60_000));
        for (Path source : List.of(home.resolve("pom.xml"), home.resolve("src/main"), home.resolve("jobs/sample"))) {
            Files.setLastModifiedTime(source, FileTime.fromMillis(System.currentTimeMillis() - 120_000));
        }
    }

    @Test
    void allOtherOptionsArePassedOnAsTheyAre() throws Exception {
        assertThat(onAnotherSpark("--verbose --num-executors 4 --name=job --conf spark.x=a=b"))
                .startsWith("--verbose", "--num-executors", "4", "--name", "job", "--conf", "spark.x=a=b");
    }

    @Test
    void refusesAnOptionWithoutItsValue() throws Exception {
        assertThat(onAnotherSpark("--num-executors 4 --jars"))
                .containsExactly(
                        "embark: EMBARK_SPARK_OPTIONS: nothing stands behind '--jars'",
                        "embark: It is split at blanks, and an option of spark-submit has a value.",
                        "embark: Write --name value.");
    }

    @Test
    void theJarForMilvusIsAddedUnlessTheRequestBringsIt() throws Exception {
        Files.createDirectories(home.resolve("src/milvus"));
        Path jar = Files.writeString(
                Files.createDirectories(home.resolve("target/milvus")).resolve("embark-milvus-1.jar"), "");
        Files.setLastModifiedTime(jar, FileTime.fromMillis(System.currentTimeMillis() + 120_000));
        Map<String, String> spark = Map.of("SPARK_HOME", home.resolve("another").toString());
        String config = Files.writeString(home.resolve("a.conf"), "output-format = Milvus")
                .toString();

        for (List<String> words : List.of(List.of("--output-format", "milvus"), List.of("--config", config))) {
            assertThat(run(spark, "", words)).contains(own() + "," + jar);
            assertThat(run(spark, "--packages io.embark:embark-milvus:1", words))
                    .contains(own())
                    .endsWith("packages: io.embark:embark-milvus:1");
        }
        assertThat(run(spark, "", List.of("--output-format", "milvus", "--packages", "io.embark:embark-milvus:1")))
                .contains(own());
    }

    private String own() {
        Path dist = home.resolve("target/dist");
        return dist.resolve("pytorch-native-cpu-2.jar") + "," + dist.resolve("langchain4j-3.jar");
    }

    private void properties(String text) throws IOException {
        Files.writeString(Files.createDirectories(home.resolve("another/conf")).resolve("spark-defaults.conf"), text);
    }

    private List<String> onAnotherSpark(String options) throws Exception {
        return run(Map.of("SPARK_HOME", home.resolve("another").toString()), options);
    }

    private List<String> run(Map<String, String> variables, String options) throws Exception {
        return run(variables, options, List.of("--where", "a = 'b'"));
    }

    private List<String> run(Map<String, String> variables, String options, List<String> words) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("jobs/embark").toString(), "embed"));
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeAll(List.of("SPARK_HOME", "SPARK_CONF_DIR", "EMBARK_PACKAGES"));
        environment.putAll(new HashMap<>(variables));
        environment.put("EMBARK_SPARK_OPTIONS", options);
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }
}
