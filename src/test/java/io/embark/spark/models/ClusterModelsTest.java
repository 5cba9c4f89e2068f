/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelFolderBuilder.Format;
import io.embark.model.ModelReference;
import io.embark.model.files.ModelFile;
import io.embark.model.hub.HubServer;
import io.embark.spark.EmbedOnCluster;
import io.embark.spark.OwnJvm;
import io.embark.spark.TinyModel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How models reach two executors that are processes of their own, with another cache and working directory. One application
 * embeds with each of them.
 */
class ClusterModelsTest {
    private static final String PACKED = "packed";

    @TempDir
    static Path folder;

    private static TinyModel model;
    private static ModelFolder original;
    private static List<HubServer.Request> requests;
    private static Path home;
    private static Path shards;
    private static Path opened;

    /** What the application printed, by the model. */
    private static final Map<String, List<String>> OUTPUT = new HashMap<>();

    @BeforeAll
    static void embedWithEach() throws Exception {
        model = TinyModel.in(folder.resolve("tiny"));
        Path origin = Path.of(model.options().get(EmbedOptions.MODEL));
        original = ModelReference.open(origin.toString(), folder);
        home = folder.resolve("huggingface");
        shards = ModelFolderBuilder.in(folder.resolve("shards"))
                .format(Format.SHARDED_SAFETENSORS)
                .write();
        opened = folder.resolve("opened.txt");
        try (HubServer hub = HubServer.of(origin)) {
            // A Spark that nobody laid out: its processes have the class path of this one.
            Map<String, String> environment = Map.of(
                    "EMBARK_CACHE_DIR",
                    folder.resolve("driver").toString(),
                    "SPARK_TESTING",
                    "1",
                    "SPARK_SCALA_VERSION",
                    "2.12",
                    "SPARK_HOME",
                    folder.toString(),
                    "HF_ENDPOINT",
                    hub.endpoint(),
                    "HF_HOME",
                    home.toString(),
                    "no_proxy",
                    "*");
            List<String> lines = OwnJvm.run(
                    folder,
                    environment,
                    EmbedOnCluster.class,
                    "spark.executorEnv.EMBARK_CACHE_DIR=" + folder.resolve("executors"),
                    "spark.executorEnv.HF_ENDPOINT=http://localhost:1",
                    "spark.executorEnv.HF_HOME=" + folder.resolve("nobody"),
                    "spark.hadoop.%s=%s".formatted(CountedFileSystem.CLASS_KEY, CountedFileSystem.class.getName()),
                    "spark.hadoop.%s=%s".formatted(CountedFileSystem.LOG_KEY, opened),
                    "spark.archives=%s#%s".formatted(archive(origin), PACKED),
                    "%s|%s".formatted(PACKED, origin),
                    "%s|%s".formatted(HubServer.ID, home),
                    "%s|%s".formatted(CountedFileSystem.uri(shards), shards));
            requests = hub.requests();
            String current = "";
            for (String line : lines) {
                current = line.startsWith("model: ") ? line.substring("model: ".length()) : current;
                OUTPUT.computeIfAbsent(current, name -> new ArrayList<>()).add(line);
            }
        }
    }

    private static Path archive(Path origin) throws IOException {
        Path archive = folder.resolve("model.zip");
        try (OutputStream file = Files.newOutputStream(archive);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            for (ModelFile part : original.files()) {
                zip.putNextEntry(new ZipEntry(part.name()));
                Files.copy(origin.resolve(part.name()), zip);
            }
        }
        return archive;
    }

    @AfterAll
    static void closeTheModel() {
        model.close();
    }

    @Test
    void aModelInAnArchiveIsFoundByItsName() {
        assertVectors(PACKED);
        assertThat(OUTPUT.get(PACKED)).contains("driver's copies: []", "executors' copies: []");
    }

    @Test
    void aModelOfAHubComesFromTheDriverAlone() {
        assertVectors(HubServer.ID);
        assertThat(OUTPUT.get(HubServer.ID))
                .filteredOn(line -> line.startsWith("plan: "))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .contains("Embed %s@%s ".formatted(HubServer.ID, HubServer.COMMIT.substring(0, 7))));
        assertThat(requests)
                .filteredOn(request -> request.path().contains("/api/models/"))
                .hasSize(1);
        assertThat(requests)
                .filteredOn(request -> request.path().endsWith("model.safetensors")
                        && request.server().equals("cdn"))
                .hasSize(1);
        assertThat(home).doesNotExist();
        assertThat(folder.resolve("nobody")).doesNotExist();
        assertThat(OUTPUT.get(HubServer.ID))
                .contains("driver's copies: []", "executors' copies: [%s]".formatted(original.fingerprint()));
    }

    @Test
    void aModelOfHadoopIsCopiedByTheDriverAndOnceForAllExecutorsOfAHost() {
        String reference = CountedFileSystem.uri(shards);
        assertVectors(reference);
        String copy = OUTPUT.get(reference).stream()
                .filter(line -> line.startsWith("driver's copies: "))
                .findFirst()
                .orElseThrow()
                .replaceAll(".*\\[|\\]", "");
        assertThat(copy).hasSize(64);
        assertThat(OUTPUT.get(reference))
                .contains("executors' copies: "
                        + Stream.of(copy, original.fingerprint()).sorted().toList());
        Map<String, Integer> times = new HashMap<>();
        CountedFileSystem.opened(opened).forEach(file -> times.merge(file, 1, Integer::sum));
        assertThat(times)
                .hasSize(10)
                .allSatisfy((file, count) -> assertThat(count).as(file).isEqualTo(2));
    }

    /** Of two queries over eight rows. */
    private static void assertVectors(String reference) {
        List<String> lines = OUTPUT.get(reference).stream()
                .filter(line -> line.startsWith("vector: "))
                .map(line -> line.substring("vector: ".length()))
                .toList();
        assertThat(lines).hasSize(16).allSatisfy(line -> {
            String text = line.substring(0, line.indexOf('='));
            String[] numbers =
                    line.substring(line.indexOf('[') + 1, line.indexOf(']')).split(", ", -1);
            float[] vector = new float[numbers.length];
            for (int i = 0; i < numbers.length; i++) {
                vector[i] = Float.parseFloat(numbers[i]);
            }
            model.assertVector(vector, text);
        });
    }
}
