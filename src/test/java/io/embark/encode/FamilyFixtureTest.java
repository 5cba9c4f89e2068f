/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.Device;
import io.embark.EmbedOptions;
import io.embark.Precision;
import io.embark.encode.FamilyFixture.Case;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every folder that {@code src/test/oracle} wrote gives the vectors of Sentence Transformers. */
class FamilyFixtureTest {
    private static final double MIN_COSINE = 0.999999;
    private static final int FEW = 12;
    private static final List<String> TEXTS = FamilyFixture.texts();
    private static final Set<FamilyFixture> SEEN = ConcurrentHashMap.newKeySet();

    private static WorstVectors worst;

    @TempDir
    private Path temporary;

    static List<FamilyFixture> all() {
        return FamilyFixture.all();
    }

    static List<FamilyFixture> programs() {
        return List.of(FamilyFixture.named("program"));
    }

    @BeforeAll
    static void readTheRowsOfTheManual() throws IOException {
        worst = new WorstVectors();
    }

    /** Where all of them ran. */
    @AfterAll
    static void theManualHasTheWorstOfEachKind() throws IOException {
        if (SEEN.containsAll(all()) && System.getProperty("embark.fixtures") == null) {
            worst.requirePage(FamilyFixtureTest.class);
        }
    }

    /** The files with weights of the known fixtures; of those with the same kinds of tensors in the same network, one. */
    static Stream<Arguments> differentWeights() {
        Map<List<String>, Arguments> different = new LinkedHashMap<>();
        for (FamilyFixture fixture : all()) {
            for (String file : fixture.weights()) {
                List<String> kinds = new ArrayList<>(List.of(fixture.network()));
                StoredTensors.read(fixture.folder().resolve(file)).names().stream()
                        .map(FamilyFixtureTest::kind)
                        .distinct()
                        .sorted()
                        .forEach(kinds::add);
                different.putIfAbsent(kinds, Arguments.of(fixture, file));
            }
        }
        return different.values().stream();
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void givesTheVectorsOfSentenceTransformers(FamilyFixture fixture) {
        for (Case each : fixture.cases()) {
            float[][] golden = fixture.golden(each);
            try (Embedder embedder = open(fixture, each)) {
                float[][] vectors = embedder.embed(TEXTS);
                assertThat(vectors).hasSameDimensionsAs(golden);
                for (int i = 0; i < golden.length; i++) {
                    assertThat(difference(fixture, vectors[i], golden[i]))
                            .as("%s, text %d '%s'", each.name(), i, TEXTS.get(i))
                            .isEmpty();
                    worst.add(fixture, cosine(vectors[i], golden[i]), Differences.apart(vectors[i], golden[i]));
                }
            }
        }
        SEEN.add(fixture);
    }

    /** {@code SameBitsTest} has it of every other one, to the bit. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void givesThemToEachTextAlone(FamilyFixture fixture) {
        Case each = fixture.cases().get(0);
        float[][] golden = fixture.golden(each);
        try (Embedder embedder = open(fixture, each)) {
            for (int i = 0; i < golden.length; i++) {
                assertThat(difference(fixture, embedder.embed(List.of(TEXTS.get(i)))[0], golden[i]))
                        .as("text %d '%s'", i, TEXTS.get(i))
                        .isEmpty();
            }
        }
    }

    /** Else a fixture would show nothing of some tensor. */
    @Tag("noise")
    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("differentWeights")
    void givesOthersIfAnyKindOfTensorIsNoisy(FamilyFixture fixture, String weights) {
        StoredTensors tensors = StoredTensors.read(fixture.folder().resolve(weights));
        // Mostly loading, which one thread does; each has a folder of its own.
        List<String> withoutEffect = lastOfEachKind(fixture, tensors.names()).parallelStream()
                .filter(name -> {
                    FamilyFixture copy = fixture.at(copy(fixture, name));
                    write(copy.folder().resolve(weights), tensors.withNoise(name));
                    return copy.cases().stream().noneMatch(each -> differs(copy, each));
                })
                .toList();
        assertThat(withoutEffect).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void isWhatTheOracleWrote(FamilyFixture fixture) throws Exception {
        Map<String, String> found = new TreeMap<>();
        for (Path file : files(fixture.folder())) {
            found.put(fixture.folder().relativize(file).toString().replace('\\', '/'), sha256(file));
        }
        found.remove("golden.json");
        found.put("../texts.json", sha256(fixture.folder().resolve("../texts.json")));

        assertThat(found).isEqualTo(fixture.files());
        assertThat(fixture.versions()).isEqualTo(pinnedVersions());
    }

    private static Embedder open(FamilyFixture fixture, Case chosen) {
        return Embedder.open(chosen.options()
                .with(EmbedOptions.MODEL, fixture.folder().toString())
                .with(EmbedOptions.DEVICE, Device.CPU)
                .with(EmbedOptions.PRECISION, Precision.FLOAT32));
    }

    /** Mostly the first few texts tell; the others are embedded only where they do not. */
    private static boolean differs(FamilyFixture fixture, Case chosen) {
        float[][] golden = fixture.golden(chosen);
        try (Embedder embedder = open(fixture, chosen)) {
            for (int first = 0; first < golden.length; first += FEW) {
                float[][] vectors = embedder.embed(TEXTS.subList(first, Math.min(first + FEW, golden.length)));
                for (int i = 0; i < vectors.length; i++) {
                    if (!difference(fixture, vectors[i], golden[first + i]).isEmpty()) {
                        return true;
                    }
                }
            }
            return false;
        }
    }

    /** A vector of zeros has no direction, so no cosine either. */
    private static double cosine(float[] vector, float[] golden) {
        return Differences.largest(vector, golden) == 0 ? 1 : Differences.cosine(vector, golden);
    }

    /** What is wrong with a vector; empty if nothing is. */
    private static String difference(FamilyFixture fixture, float[] vector, float[] golden) {
        double apart = Differences.apart(vector, golden);
        double cosine = cosine(vector, golden);
        return apart <= fixture.tolerance() && cosine >= MIN_COSINE
                ? ""
                : "components are %s apart, cosine %s".formatted(apart, cosine);
    }

    /** Tensors that play the same part in several layers count once, in the last of these. */
    private static List<String> lastOfEachKind(FamilyFixture fixture, List<String> names) {
        List<Pattern> idle = fixture.idle().stream().map(Pattern::compile).toList();
        Map<String, String> kinds = new LinkedHashMap<>();
        names.stream()
                .filter(name ->
                        idle.stream().noneMatch(pattern -> pattern.matcher(name).find()))
                .sorted()
                .forEach(name -> kinds.put(kind(name), name));
        return List.copyOf(kinds.values());
    }

    private static String kind(String tensor) {
        return tensor.replaceAll("\\d+", "#");
    }

    private Path copy(FamilyFixture fixture, String name) {
        Path copy = temporary.resolve(name).resolve(fixture.name());
        try {
            for (Path file : files(fixture.folder())) {
                Path target = copy.resolve(fixture.folder().relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return copy;
    }

    private static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static Map<String, String> pinnedVersions() throws IOException {
        Map<String, String> pinned = Files.readAllLines(Path.of("src/test/oracle/requirements.txt")).stream()
                .filter(line -> line.contains("=="))
                .map(line -> line.split("==", 2))
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
        pinned.put("python", "3.11");
        return pinned;
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
