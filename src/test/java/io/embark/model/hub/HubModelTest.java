/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.ErrorCode;
import io.embark.model.Families;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelFolderBuilder.Format;
import io.embark.model.ModelReference;
import io.embark.model.files.DownloadProgress;
import io.embark.model.files.ModelFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is downloaded, what is found in the cache, and how the cache looks afterwards. */
class HubModelTest {
    private static final HubReference MAIN = new HubReference(HubServer.ID, "main");
    private static final HubReference PINNED = MAIN.at(HubServer.COMMIT);
    private static final String OTHER_COMMIT = "f".repeat(40);
    private static final String SET = "HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set, and ";
    private static final String UNSET =
            "Unset HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE to download it, or name a folder.";

    @TempDir
    Path temporary;

    private Path published;
    private Path cache;
    private HubServer hub;

    @BeforeEach
    void publish() throws IOException {
        published = ModelFolderBuilder.in(temporary.resolve("tiny")).write();
        cache = temporary.resolve("cache");
        hub = HubServer.of(published);
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void isTheFolderThatWasPublished() {
        ModelFolder model = resolve(MAIN);
        assertThat(model.reference()).isEqualTo(PINNED.toString());
        assertThat(model.revision()).contains(HubServer.COMMIT);
        assertThat(model.fingerprint())
                .isEqualTo(ModelReference.open(published.toString(), temporary).fingerprint());
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("families")
    void hasWhatEachFamilyReads(Path family) throws IOException {
        ModelFolder original = ModelReference.open(family.toString(), temporary);
        try (HubServer other = HubServer.of(family)) {
            ModelFolder model =
                    new HubModel<>(other.settings(cache), ModelFolder.READER).open(MAIN, DownloadProgress.NONE);
            assertThat(model.fingerprint()).isEqualTo(original.fingerprint());
            assertThat(names(model.path()))
                    .containsExactlyElementsOf(
                            original.files().stream().map(ModelFile::name).toList());
        }
        assertSame(offline(MAIN), offline(PINNED));
        assertThat(offline(PINNED).fingerprint()).isEqualTo(original.fingerprint());
        assertSame(resolve(PINNED), offline(PINNED));
        assertThat(hub.requests()).isEmpty();
    }

    /** All but the one that is a program. */
    private static List<Path> families() throws IOException, URISyntaxException {
        Path root =
                Path.of(HubModelTest.class.getResource("/io/embark/families").toURI());
        try (Stream<Path> folders = Files.list(root)) {
            return folders.filter(folder -> Files.isDirectory(folder) && !Files.exists(folder.resolve("model.pt")))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void hasNothingThatEmbarkDoesNotRead() throws IOException {
        hub.put("README.md", "x")
                .put("pytorch_model.bin", "x")
                .put("onnx/model.onnx", "x")
                .put("model.onnx", "x")
                .put("modeling_tiny.py", "x")
                .put("2_Normalize/weights.safetensors", "x")
                .put("1_Pooling/pytorch_model.bin", "x")
                .put("3_Other/config.json", "x");
        Path folder = resolve(MAIN).path();
        assertThat(names(folder)).isEqualTo(names(published));
    }

    @Test
    void hasTheShardsThatTheIndexNames() throws IOException {
        Path sharded = ModelFolderBuilder.in(temporary.resolve("sharded"))
                .format(Format.SHARDED_SAFETENSORS)
                .write();
        try (HubServer other = HubServer.of(sharded)) {
            other.put("model-00003-of-00003.safetensors", "named by nobody");
            ModelFolder model =
                    new HubModel<>(other.settings(cache), ModelFolder.READER).open(MAIN, DownloadProgress.NONE);
            assertThat(names(model.path())).isEqualTo(names(sharded));
            assertThat(model.fingerprint())
                    .isEqualTo(
                            ModelReference.open(sharded.toString(), temporary).fingerprint());
        }
    }

    @Test
    void hasTheOnnxFileWhereThatIsAllThereIs() throws IOException {
        Path onnx = ModelFolderBuilder.in(temporary.resolve("onnx"))
                .format(Format.ONNX)
                .write();
        try (HubServer other = HubServer.of(onnx)) {
            ModelFolder model =
                    new HubModel<>(other.settings(cache), ModelFolder.READER).open(MAIN, DownloadProgress.NONE);
            assertThat(names(model.path())).isEqualTo(names(onnx));
            assertThat(model.fingerprint())
                    .isEqualTo(ModelReference.open(onnx.toString(), temporary).fingerprint());
        }
    }

    @Test
    void laysTheCacheOutAsPythonDoes() throws IOException {
        resolve(MAIN);
        Path folder = cache.resolve("models--org--tiny");
        String config = hub.etag("1_Pooling/config.json");
        String weights = hub.etag("model.safetensors");
        assertThat(config).hasSize(40);
        assertThat(weights).hasSize(64);
        assertThat(folder.resolve("refs/main")).hasContent(HubServer.COMMIT);
        Path snapshot = folder.resolve("snapshots/" + HubServer.COMMIT);
        assertThat(Files.readSymbolicLink(snapshot.resolve("model.safetensors")))
                .isEqualTo(Path.of("../../blobs/" + weights));
        assertThat(Files.readSymbolicLink(snapshot.resolve("1_Pooling/config.json")))
                .isEqualTo(Path.of("../../../blobs/" + config));
        assertThat(folder.resolve("blobs/" + weights)).hasBinaryContent(hub.content("model.safetensors"));
        assertThat(folder.resolve(".no_exist/" + HubServer.COMMIT + "/adapter_config.json"))
                .isEmptyFile();
        assertThat(cache.resolve(".locks/models--org--tiny/" + weights + ".lock"))
                .isEmptyFile();
        assertThat(names(folder.resolve("blobs"))).allMatch(HubFile::isHash);
        assertThat(names(folder.resolve("refs"))).containsExactly("main");
    }

    @Test
    void hasCopiesWhereLinksAreNotWanted() throws IOException {
        ModelFolder model = new HubModel<>(withoutSymlinks(hub.settings(cache)), ModelFolder.READER)
                .open(MAIN, DownloadProgress.NONE);
        assertThat(model.path().resolve("model.safetensors"))
                .isRegularFile()
                .satisfies(file -> assertThat(Files.isSymbolicLink(file)).isFalse());
        assertThat(names(model.path())).isEqualTo(names(published));
    }

    @Test
    void isNotDownloadedTwice() {
        resolve(MAIN);
        int before = hub.requests().size();
        resolve(MAIN);
        assertThat(newRequests(before)).containsExactly("hub GET /api/models/org/tiny/revision/main");
    }

    @Test
    void isFoundWithoutTheNetworkAtACommit() {
        resolve(MAIN);
        int before = hub.requests().size();
        assertSame(resolve(PINNED), resolve(MAIN));
        assertThat(newRequests(before)).containsExactly("hub GET /api/models/org/tiny/revision/main");
    }

    @Test
    void sharesItsFilesWithOtherCommits() throws IOException {
        resolve(MAIN);
        int before = hub.requests().size();
        hub.commit(OTHER_COMMIT).put("sentence_bert_config.json", "{\"max_seq_length\": 7}");
        ModelFolder next = resolve(MAIN);
        assertThat(next.revision()).contains(OTHER_COMMIT);
        assertThat(newRequests(before))
                .containsExactly(
                        "hub GET /api/models/org/tiny/revision/main",
                        "hub GET /org/tiny/resolve/" + OTHER_COMMIT + "/sentence_bert_config.json");
        assertThat(cache.resolve("models--org--tiny/refs/main")).hasContent(OTHER_COMMIT);
        assertThat(names(next.path())).isEqualTo(names(published));
    }

    @Test
    void usesWhatPythonDownloaded() throws IOException {
        PythonCache.write(cache, HubServer.ID, HubServer.COMMIT, "main", published, hub::etag);
        Path snapshot = snapshot();
        assertThat(resolve(PINNED).path()).isEqualTo(snapshot);
        assertThat(hub.requests()).isEmpty();
        assertThat(resolve(MAIN).path()).isEqualTo(snapshot);
        assertThat(newRequests(0)).containsExactly("hub GET /api/models/org/tiny/revision/main");
    }

    @Test
    void usesWhatPythonDownloadedOffline() throws IOException {
        PythonCache.write(cache, HubServer.ID, HubServer.COMMIT, "main", published, hub::etag);
        assertSame(offline(MAIN), offline(PINNED));
        assertThat(offline(MAIN).fingerprint())
                .isEqualTo(ModelReference.open(published.toString(), temporary).fingerprint());
        assertThat(hub.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"modules.json", "config.json", "1_Pooling/config.json", "tokenizer.json", "model.safetensors"})
    void isCompletedWhereSomeFilesAreMissing(String missing) throws IOException {
        PythonCache.write(cache, HubServer.ID, HubServer.COMMIT, "main", published, hub::etag);
        Path snapshot = snapshot();
        Files.delete(snapshot.resolve(missing).toRealPath());
        assertRefused(
                () -> offline(PINNED),
                ErrorCode.MODEL_NOT_FOUND,
                "model %s: not whole in the cache".formatted(PINNED),
                SET + snapshot + " has no " + missing + ".",
                UNSET);
        assertThat(names(resolve(PINNED).path())).isEqualTo(names(published));
        assertThat(offline(PINNED).path()).isEqualTo(snapshot);
    }

    @Test
    void isCompletedWhereAnOptionalFileMayBeMissing() throws IOException {
        PythonCache.write(cache, HubServer.ID, HubServer.COMMIT, "main", published, hub::etag);
        Path snapshot = snapshot();
        Files.delete(snapshot.resolve("sentence_bert_config.json"));
        resolve(PINNED);
        assertThat(snapshot.resolve("sentence_bert_config.json")).isRegularFile();
    }

    @Test
    void isOpenedOfflineWithoutAFileThatTheModelMayNotHave() throws IOException {
        PythonCache.write(cache, HubServer.ID, HubServer.COMMIT, "main", published, hub::etag);
        Files.delete(cache.resolve("models--org--tiny/.no_exist/" + HubServer.COMMIT + "/adapter_config.json"));
        assertSame(offline(PINNED), offline(MAIN));
        assertThat(hub.requests()).isEmpty();
        assertSame(resolve(PINNED), offline(PINNED));
        assertThat(newRequests(0)).containsExactly("hub GET /api/models/org/tiny/revision/" + HubServer.COMMIT);
        assertSame(resolve(PINNED), offline(PINNED));
        assertThat(newRequests(0)).hasSize(1);
    }

    /** Content that its name in the cache does not belong to: cut off, or altered with nothing else to tell. */
    @ParameterizedTest
    @ValueSource(strings = {"config.json", "tokenizer.json", "model.safetensors"})
    void replacesAFileThatIsDamaged(String name) throws IOException {
        PythonCache.write(cache, HubServer.ID, HubServer.COMMIT, "main", published, hub::etag);
        Path blob = snapshot().resolve(name).toRealPath();
        byte[] content = Files.readAllBytes(blob);
        content[content.length - 3] ^= 1;
        for (byte[] damaged : List.of(content, Arrays.copyOf(content, 8))) {
            Files.write(blob, damaged);
            assertRefused(
                    () -> offline(PINNED),
                    ErrorCode.MODEL_INVALID,
                    "model %s: %s is damaged in the cache".formatted(PINNED, name),
                    "%s leads to %s, whose content must have %s of that name and has another."
                            .formatted(
                                    snapshot().resolve(name),
                                    blob.getFileName(),
                                    blob.getFileName().toString().length() == 64 ? "the SHA-256" : "git's SHA-1"),
                    UNSET);
            for (HubReference reference : List.of(PINNED, MAIN)) {
                Files.write(blob, damaged);
                assertThat(resolve(reference).fingerprint())
                        .isEqualTo(ModelReference.open(published.toString(), temporary)
                                .fingerprint());
            }
        }
    }

    @Test
    void replacesAConfigurationThatWasCutOffAtACommit() throws IOException {
        PythonCache.write(cache, HubServer.ID, HubServer.COMMIT, "main", published, hub::etag);
        Files.writeString(snapshot().resolve("config.json").toRealPath(), "{\"model_");
        assertThat(resolve(PINNED).fingerprint())
                .isEqualTo(ModelReference.open(published.toString(), temporary).fingerprint());
    }

    @Test
    void replacesAFileThatWasCutOff() throws IOException {
        PythonCache.write(cache, HubServer.ID, HubServer.COMMIT, "main", published, hub::etag);
        Path weights = snapshot().resolve("model.safetensors");
        Files.write(weights.toRealPath(), new byte[] {1, 2, 3});
        resolve(MAIN);
        assertThat(weights).hasBinaryContent(hub.content("model.safetensors"));
    }

    @Test
    void needsTheHubToLearnABranchOnce() {
        assertRefused(
                () -> offline(MAIN),
                ErrorCode.MODEL_NOT_FOUND,
                "model org/tiny@main: not in the cache",
                SET + "the cache does not know which commit 'main' is.",
                UNSET);
        assertThat(hub.requests()).isEmpty();
    }

    @Test
    void isTakenFromTheCacheWhereTheNetworkFails() {
        ModelFolder online = resolve(MAIN);
        hub.close();
        assertSame(resolve(MAIN), online);
    }

    @Test
    void isTakenFromTheCacheWhereTheHubIsDown() {
        ModelFolder online = resolve(MAIN);
        hub.alwaysOnHub("/revision/main", HubServer.status(503));
        int before = hub.requests().size();
        assertSame(resolve(MAIN), online);
        assertThat(newRequests(before)).hasSize(1);
    }

    @Test
    void isNotTakenFromTheCacheWhereItIsNotWhole() throws IOException {
        ModelFolder online = resolve(MAIN);
        Files.delete(online.path().resolve("tokenizer.json"));
        hub.alwaysOnHub("/revision/main", HubServer.status(503));
        assertRefused(
                () -> resolve(MAIN),
                ErrorCode.RUN_FAILED,
                "model org/tiny@main: no success in 5 attempts",
                "The last one ended with: %s/api/models/org/tiny/revision/main answers 503.".formatted(hub.endpoint()));
    }

    @Test
    void saysThatTheHubCannotBeReached() {
        HubSettings settings = hub.settings(cache);
        hub.close();
        assertRefused(
                () -> new HubModel<>(settings, ModelFolder.READER).open(MAIN, DownloadProgress.NONE),
                ErrorCode.RUN_FAILED,
                "model org/tiny@main: no success in 5 attempts",
                "The last one ended with: the connection was refused.");
    }

    @Test
    void isAskedForFileByFileWhereTheHubListsNamesOnly() throws IOException {
        hub.describeNothing();
        ModelFolder model = resolve(MAIN);
        assertThat(names(model.path())).isEqualTo(names(published));
        assertThat(Files.readSymbolicLink(model.path().resolve("model.safetensors"))
                        .getFileName())
                .hasToString(hub.etag("model.safetensors"));
        assertThat(hub.requests()).anyMatch(request -> request.method().equals("HEAD"));
    }

    @Test
    void isRefusedBeforeItsWeightsAreAskedForWhereItsTypeIsUnknown() throws IOException {
        String config = Files.readString(published.resolve("config.json"));
        hub.put("config.json", config.replace("\"bert\"", "\"bart\""));
        assertRefused(
                () -> resolve(MAIN),
                ErrorCode.MODEL_UNSUPPORTED,
                "%s/config.json: unknown model_type 'bart'".formatted(snapshot()),
                "It is an architecture of transformers that Embark does not compute. Known are: %s."
                        .formatted(String.join(", ", Families.modelTypes())));
        assertThat(hub.requests("model.safetensors")).isEmpty();
    }

    @Test
    void doesNotRunAProgramThatPythonDownloaded() throws IOException {
        String config = Files.readString(published.resolve("config.json"));
        hub.put("config.json", config.replace("\"bert\"", "\"bart\""));
        Files.createDirectories(snapshot());
        Files.writeString(snapshot().resolve("model.pt"), "x");
        assertThatThrownBy(() -> resolve(MAIN))
                .hasMessageContaining("unknown model_type 'bart'")
                .hasMessageEndingWith(
                        " Or copy the model to a folder on every host, name that and set trust-model-code to"
                                + " true: it runs model.pt, which can do whatever you can.");
    }

    @Test
    void isRefusedBeforeItsWeightsAreAskedForWhereItHasNoTokenizer() {
        hub.remove("tokenizer.json");
        assertRefused(
                () -> resolve(MAIN),
                ErrorCode.MODEL_INVALID,
                "%s: no tokenizer.json".formatted(snapshot()),
                "The tokenizer is read from this file, or from vocab.txt or vocab.json with merges.txt where its class is known to"
                        + " be built from these.");
        assertThat(hub.requests("model.safetensors")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"static, tokenizer.json", "static-nested, 0_StaticEmbedding/tokenizer.json"})
    void isRefusedBeforeTheWeightsOfATableAreAskedForWhereItHasNoTokenizer(String family, String tokenizer)
            throws Exception {
        try (HubServer other = HubServer.of(fixture(family))) {
            other.remove(tokenizer);
            assertThatThrownBy(() ->
                            new HubModel<>(other.settings(cache), ModelFolder.READER).open(MAIN, DownloadProgress.NONE))
                    .hasMessageContaining(": no tokenizer.json\n");
            assertThat(other.requests("model.safetensors")).isEmpty();
        }
    }

    @Test
    void isRefusedBeforeItsWeightsAreAskedForWhereAModuleBehindItIsAProgram() throws Exception {
        try (HubServer other = HubServer.of(fixture("dense-relu"))) {
            other.remove("2_Dense/model.safetensors").put("2_Dense/pytorch_model.bin", "x");
            assertThatThrownBy(() ->
                            new HubModel<>(other.settings(cache), ModelFolder.READER).open(MAIN, DownloadProgress.NONE))
                    .hasMessageContaining("2_Dense: the only weights are pytorch_model.bin\n");
            assertThat(other.requests("model.safetensors")).isEmpty();
        }
    }

    @Test
    void isNotWholeOfflineWithoutTheConfigurationOfAModule() throws Exception {
        try (HubServer other = HubServer.of(fixture("dense-relu"))) {
            PythonCache.write(cache, HubServer.ID, HubServer.COMMIT, "main", fixture("dense-relu"), other::etag);
            Files.delete(snapshot().resolve("2_Dense/config.json"));
            assertRefused(
                    () -> offline(MAIN),
                    ErrorCode.MODEL_NOT_FOUND,
                    "model %s: not whole in the cache".formatted(PINNED),
                    SET + snapshot() + " has no 2_Dense/config.json.",
                    UNSET);
        }
    }

    @Test
    void isNotTakenFromOnnxWhereItsSafetensorsMayOnlyBeMissing() throws IOException {
        PythonCache.write(cache, HubServer.ID, HubServer.COMMIT, "main", published, hub::etag);
        Files.delete(snapshot().resolve("model.safetensors"));
        Path onnx = ModelFolderBuilder.in(temporary.resolve("onnx"))
                .format(Format.ONNX)
                .write();
        Files.copy(onnx.resolve("model.onnx"), snapshot().resolve("model.onnx"));
        assertRefused(
                () -> offline(MAIN),
                ErrorCode.MODEL_NOT_FOUND,
                "model %s: not whole in the cache".formatted(PINNED),
                SET + snapshot() + " has no model.safetensors.",
                UNSET);
    }

    @Test
    void isRefusedWhereItsWeightsAreProgramsOnly() {
        hub.remove("model.safetensors").put("pytorch_model.bin", "x");
        assertRefused(
                () -> resolve(MAIN),
                ErrorCode.MODEL_UNSUPPORTED,
                "%s: the only weights are pytorch_model.bin".formatted(snapshot()),
                "A pickle or TorchScript file runs code when it is read.");
        hub.remove("pytorch_model.bin");
        assertRefused(
                () -> resolve(MAIN),
                ErrorCode.MODEL_INVALID,
                "%s: no weights".formatted(snapshot()),
                "Looked for model.safetensors, model.safetensors.index.json and model.onnx.");
        assertThat(snapshot().resolve("pytorch_model.bin")).doesNotExist();
    }

    @Test
    void readsItsModulesOnlyInsideTheFolder() throws IOException {
        hub.put(
                "modules.json",
                "[{\"type\": \"sentence_transformers.models.Transformer\", \"path\": \"../../../../outside\"}]");
        hub.list("../../../../outside/config.json", 3, "0".repeat(64));
        assertRefused(
                () -> resolve(MAIN),
                ErrorCode.MODEL_INVALID,
                "%s/models--org--tiny/snapshots/%s/modules.json: entry 0: path is '../../../../outside'"
                        .formatted(cache, HubServer.COMMIT),
                "The path of a module must stay inside the model's folder.");
        assertThat(names(temporary)).noneMatch(name -> name.startsWith("outside"));
    }

    @Test
    void readsItsShardsOnlyBesideTheIndex() {
        hub.remove("model.safetensors")
                .put("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../../../../x.safetensors\"}}");
        hub.list("../../../../x.safetensors", 3, "0".repeat(64));
        assertRefused(
                () -> resolve(MAIN),
                ErrorCode.MODEL_INVALID,
                "%s/models--org--tiny/snapshots/%s/model.safetensors.index.json: weight_map: the file '../../../../x.safetensors' is not allowed"
                        .formatted(cache, HubServer.COMMIT),
                "It must be the plain name of a .safetensors file beside the index.");
        assertThat(hub.requests("x.safetensors")).isEmpty();
    }

    @Test
    void ignoresHostileNamesOfTheListing() throws IOException {
        for (String name : List.of("../x", "/etc/passwd", "a\\..\\b", "..\\config.json", "", ".", "..", "\u0000")) {
            hub.list(name, 3, "0".repeat(64));
        }
        assertThat(names(resolve(MAIN).path())).isEqualTo(names(published));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1e30", "1.5", "\"12\"", "[]", "99999999999999999999"})
    void refusesASizeThatIsNone(String size) {
        String json = "{\"sha\": \"%s\", \"siblings\": [{\"rfilename\": \"a\", \"size\": %s}]}"
                .formatted(HubServer.COMMIT, size);
        hub.onHub("/revision/main", HubServer.whole(json.getBytes(StandardCharsets.UTF_8)));
        assertRefused(
                () -> resolve(MAIN),
                ErrorCode.MODEL_INVALID,
                "%s/api/models/org/tiny/revision/main: siblings: entry 0: size is %s"
                        .formatted(hub.endpoint(), size.replace("\"12\"", "the text '12', not a number")),
                "It must be an integer from 0 to 10^18.");
    }

    @Test
    void refusesAListingWithoutACommit() {
        hub.commit("../../x");
        assertRefused(
                () -> resolve(MAIN),
                ErrorCode.MODEL_INVALID,
                "%s/api/models/org/tiny/revision/main: sha is '../../x'".formatted(hub.endpoint()),
                "A commit has 40 hexadecimal digits.",
                "Check that HF_ENDPOINT names a hub.");
    }

    @Test
    void refusesAnotherCommitThanTheOneAskedFor() {
        String json = "{\"sha\": \"%s\", \"siblings\": []}".formatted(OTHER_COMMIT);
        hub.onHub("/revision/" + HubServer.COMMIT, HubServer.whole(json.getBytes(StandardCharsets.UTF_8)));
        assertRefused(
                () -> resolve(PINNED),
                ErrorCode.MODEL_INVALID,
                "%s/api/models/org/tiny/revision/%s: sha is %s"
                        .formatted(hub.endpoint(), HubServer.COMMIT, OTHER_COMMIT),
                "The commit %s was asked for.".formatted(HubServer.COMMIT),
                "Check that HF_ENDPOINT names a hub.");
    }

    @Test
    void refusesAPageInPlaceOfAListing() {
        hub.onHub("/revision/main", HubServer.whole("<html>".getBytes(StandardCharsets.UTF_8)));
        assertRefused(
                () -> resolve(MAIN),
                ErrorCode.MODEL_INVALID,
                "%s/api/models/org/tiny/revision/main: not valid JSON".formatted(hub.endpoint()),
                "Reading it ended with: malformed JSON at line 1 column 1 path $.");
    }

    @Test
    void readsALongListing() throws IOException {
        for (int i = 0; i < 50_000; i++) {
            hub.list("checkpoint/" + i + ".bin", i, "0".repeat(64));
        }
        assertThat(names(resolve(MAIN).path())).isEqualTo(names(published));
    }

    @Test
    void refusesAListingThatIsTooLong() {
        hub.onHub("/revision/main", HubServer.whole(" ".repeat((16 << 20) + 1).getBytes(StandardCharsets.UTF_8)));
        assertRefused(
                () -> resolve(MAIN),
                ErrorCode.MODEL_INVALID,
                "%s/api/models/org/tiny/revision/main: larger than 16777216 bytes".formatted(hub.endpoint()),
                "The list of a model's files is never that long.",
                "Check that HF_ENDPOINT names a hub.");
    }

    private static Path fixture(String family) throws URISyntaxException {
        return Path.of(
                HubModelTest.class.getResource("/io/embark/families/" + family).toURI());
    }

    private Path snapshot() {
        return cache.resolve("models--org--tiny/snapshots/" + HubServer.COMMIT);
    }

    private ModelFolder resolve(HubReference reference) {
        return new HubModel<>(hub.settings(cache), ModelFolder.READER).open(reference, DownloadProgress.NONE);
    }

    private ModelFolder offline(HubReference reference) {
        HubSettings online = hub.settings(cache);
        HubSettings offline = new HubSettings(
                online.endpoint(),
                Optional.empty(),
                cache,
                true,
                true,
                online.metadataTimeout(),
                online.downloadTimeout(),
                online.pause(),
                online.proxies());
        return new HubModel<>(offline, ModelFolder.READER).open(reference, DownloadProgress.NONE);
    }

    private static HubSettings withoutSymlinks(HubSettings settings) {
        return new HubSettings(
                settings.endpoint(),
                settings.token(),
                settings.cache(),
                false,
                false,
                settings.metadataTimeout(),
                settings.downloadTimeout(),
                settings.pause(),
                settings.proxies());
    }

    private static void assertSame(ModelFolder model, ModelFolder other) {
        assertThat(model.reference()).isEqualTo(other.reference());
        assertThat(model.path()).isEqualTo(other.path());
        assertThat(model.fingerprint()).isEqualTo(other.fingerprint());
    }

    private List<String> newRequests(int before) {
        return hub.requests().stream()
                .skip(before)
                .map(HubServer.Request::toString)
                .toList();
    }

    /** The files below a folder. */
    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(Files::isRegularFile)
                    .map(path -> folder.relativize(path).toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
