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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a model reaches two executors that are processes of their own, with another cache and working directory. */
class ClusterModelsTest {
    @TempDir
    Path folder;

    private TinyModel model;
    private Path origin;
    private ModelFolder original;

    @BeforeEach
    void writeAModel() {
        model = TinyModel.in(folder.resolve("tiny"));
        origin = Path.of(model.options().get(EmbedOptions.MODEL));
        original = ModelReference.open(origin.toString(), folder);
    }

    @AfterEach
    void closeTheModel() {
        model.close();
    }

    @Test
    void aModelOfAHubComesFromTheDriverAlone() throws Exception {
        Path home = folder.resolve("huggingface");
        try (HubServer hub = HubServer.of(origin)) {
            List<String> output = run(
                    home,
                    HubServer.ID,
                    Map.of("HF_ENDPOINT", hub.endpoint(), "HF_HOME", home.toString(), "no_proxy", "*"),
                    "spark.executorEnv.HF_ENDPOINT=http://localhost:1",
                    "spark.executorEnv.HF_HOME=" + folder.resolve("nobody"));

            assertVectors(output);
            assertThat(output)
                    .filteredOn(line -> line.startsWith("plan: "))
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line)
                            .contains("Embed %s@%s ".formatted(HubServer.ID, HubServer.COMMIT.substring(0, 7))));
            assertThat(hub.requests())
                    .filteredOn(request -> request.path().contains("/api/models/"))
                    .hasSize(1);
            assertThat(hub.requests())
                    .filteredOn(request -> request.path().endsWith("model.safetensors")
                            && request.server().equals("cdn"))
                    .hasSize(1);
        }
        assertThat(home).doesNotExist();
        assertThat(folder.resolve("nobody")).doesNotExist();
        assertThat(copies("executors")).containsExactly(original.fingerprint());
        assertThat(folder.resolve("driver/remote")).doesNotExist();
    }

    @Test
    void aModelOfHadoopIsCopiedByTheDriverAndOnceForAllExecutorsOfAHost() throws Exception {
        Path shards = ModelFolderBuilder.in(folder.resolve("shards"))
                .format(Format.SHARDED_SAFETENSORS)
                .write();
        Path log = folder.resolve("opened.txt");
        List<String> output = run(
                shards,
                CountedFileSystem.uri(shards),
                Map.of(),
                "spark.hadoop.%s=%s".formatted(CountedFileSystem.CLASS_KEY, CountedFileSystem.class.getName()),
                "spark.hadoop.%s=%s".formatted(CountedFileSystem.LOG_KEY, log));

        assertVectors(output);
        assertThat(copies("driver")).hasSize(1).isEqualTo(copies("executors"));
        Map<String, Integer> times = new HashMap<>();
        CountedFileSystem.opened(log).forEach(file -> times.merge(file, 1, Integer::sum));
        assertThat(times)
                .hasSize(10)
                .allSatisfy((file, opened) -> assertThat(opened).as(file).isEqualTo(2));
    }

    @Test
    void aModelInAnArchiveIsFoundByItsName() throws Exception {
        Path archive = folder.resolve("model.zip");
        try (OutputStream file = Files.newOutputStream(archive);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            for (ModelFile part : original.files()) {
                zip.putNextEntry(new ZipEntry(part.name()));
                Files.copy(origin.resolve(part.name()), zip);
            }
        }

        assertVectors(run(origin, "packed", Map.of(), "spark.archives=%s#packed".formatted(archive)));
        assertThat(folder.resolve("executors/remote")).doesNotExist();
    }

    private List<String> run(Path gone, String reference, Map<String, String> variables, String... settings)
            throws Exception {
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("EMBARK_CACHE_DIR", folder.resolve("driver").toString());
        // A Spark that nobody laid out: its processes have the class path of this one.
        environment.put("SPARK_TESTING", "1");
        environment.put("SPARK_SCALA_VERSION", "2.12");
        environment.put("SPARK_HOME", folder.toString());
        List<String> arguments = new ArrayList<>(List.of(
                gone.toString(), reference, "spark.executorEnv.EMBARK_CACHE_DIR=" + folder.resolve("executors")));
        arguments.addAll(Arrays.asList(settings));
        return OwnJvm.run(folder, environment, EmbedOnCluster.class, arguments.toArray(String[]::new));
    }

    /** Of two queries over eight rows. */
    private void assertVectors(List<String> output) {
        List<String> lines = output.stream()
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

    private List<String> copies(String cache) throws IOException {
        try (Stream<Path> entries = Files.list(folder.resolve(cache).resolve("remote"))) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.length() == 64)
                    .toList();
        }
    }
}
