/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelFolderBuilder.Format;
import io.embark.model.ModelReference;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Models that lie elsewhere, which here is another folder. */
class ModelCacheTest {
    private static final String REFERENCE = "far://away/tiny";

    @TempDir
    Path temporary;

    @ParameterizedTest
    @EnumSource(Format.class)
    void copiesTheFilesOfAModelAndNoOthers(Format format) throws IOException {
        Path origin = tiny().format(format)
                .file("pytorch_model.bin", "code")
                .file("checkpoint-1/model.safetensors", "old")
                .write();
        ModelFolder model = cache(1 << 20).open(REFERENCE, new FarFolder(origin), DownloadProgress.NONE);

        ModelFolder original = ModelReference.open(origin.toString(), temporary.resolve("unused"));
        assertThat(model.name()).isEqualTo("tiny");
        assertThat(model.reference()).isEqualTo(REFERENCE);
        assertThat(model.files()).isEqualTo(original.files());
        assertThat(model.path()).isEqualTo(temporary.resolve("cache").resolve(original.fingerprint()));
        assertThat(model.path().resolve("pytorch_model.bin")).doesNotExist();
        assertThat(model.path().resolve("checkpoint-1")).doesNotExist();
        model.openWeights().close();
        assertThat(leftOvers()).isEmpty();
    }

    @Test
    void readsNothingTheSecondTime() {
        FarFolder far = new FarFolder(tiny().write());
        ModelFolder first = cache(1 << 20).open(REFERENCE, far, DownloadProgress.NONE);
        assertThat(far.opened).hasSize(first.files().size()).doesNotHaveDuplicates();

        ModelFolder second = cache(1 << 20).open(REFERENCE, far, DownloadProgress.NONE);
        assertThat(second.files()).isEqualTo(first.files());
        assertThat(cache(1 << 20)
                        .open(REFERENCE, new Unreachable(), first.fingerprint())
                        .files())
                .isEqualTo(first.files());
        assertThat(far.opened).hasSize(first.files().size());
    }

    @Test
    void copiesAgainWhatHasChangedThere() throws IOException {
        Path origin = tiny().write();
        ModelFolder first = cache(1 << 20).open(REFERENCE, new FarFolder(origin), DownloadProgress.NONE);
        Files.writeString(origin.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 9}");
        ModelFolder second = cache(1 << 20).open(REFERENCE, new FarFolder(origin), DownloadProgress.NONE);

        assertThat(second.fingerprint()).isNotEqualTo(first.fingerprint());
        assertThat(second.specification().maxTokens()).isEqualTo(9);
        assertThat(first.path()).exists();
    }

    @Test
    void copiesAgainWhatWasAlteredHere() throws IOException {
        FarFolder far = new FarFolder(tiny().write());
        ModelFolder model = cache(1 << 20).open(REFERENCE, far, DownloadProgress.NONE);
        Files.writeString(model.path().resolve("config.json"), "{}");
        Files.delete(model.path().resolve("tokenizer.json"));
        int opened = far.opened.size();

        assertThat(cache(1 << 20).open(REFERENCE, far, model.fingerprint()).files())
                .isEqualTo(model.files());
        assertThat(far.opened).hasSize(2 * opened);
        assertThat(cache(1 << 20).open(REFERENCE, far, DownloadProgress.NONE).files())
                .isEqualTo(model.files());
        assertThat(far.opened).hasSize(2 * opened);
        assertThat(leftOvers()).isEmpty();
    }

    @Test
    void writesNothingWhereAModelIsComplete() throws IOException {
        FarFolder far = new FarFolder(tiny().write());
        String fingerprint =
                cache(1 << 20).open(REFERENCE, far, DownloadProgress.NONE).fingerprint();
        Map<String, Object> before = inodes();
        cache(1 << 20).open(REFERENCE, far, DownloadProgress.NONE);
        cache(1 << 20).open(REFERENCE, far, fingerprint);
        assertThat(inodes()).isEqualTo(before);
    }

    /** It may list whatever hashes it likes. */
    @Test
    void hashesWhatOthersCanChange() throws IOException {
        FarFolder far = new FarFolder(tiny().write());
        ModelFolder model = cache(1 << 20).open(REFERENCE, far, DownloadProgress.NONE);
        Path altered = model.path().resolve("sentence_bert_config.json");
        FileTime written = Files.getLastModifiedTime(altered);
        String content = Files.readString(altered);
        Files.setAttribute(altered, "unix:mode", 0646);
        assertThat(cache(1 << 20)
                        .open(REFERENCE, new Unreachable(), model.fingerprint())
                        .fingerprint())
                .isEqualTo(model.fingerprint());

        Files.writeString(altered, content.replaceFirst("[0-9]", "7"));
        Files.setLastModifiedTime(altered, written);
        int opened = far.opened.size();
        assertThat(cache(1 << 20)
                        .open(REFERENCE, far, DownloadProgress.NONE)
                        .specification()
                        .maxTokens())
                .isEqualTo(model.specification().maxTokens())
                .isNotEqualTo(7);
        assertThat(far.opened).hasSize(2 * opened);
    }

    /** Who says that a reference stands for a model could as well name another one. */
    @Test
    void believesNobodyElseWhatAReferenceStandsFor() throws IOException {
        FarFolder far = new FarFolder(tiny().write());
        cache(1 << 20).open(REFERENCE, far, DownloadProgress.NONE);
        int opened = far.opened.size();
        try (Stream<Path> listings = Files.list(temporary.resolve("cache/listings"))) {
            for (Path listing : listings.toList()) {
                Files.setAttribute(listing, "unix:mode", 0646);
            }
        }
        cache(1 << 20).open(REFERENCE, far, DownloadProgress.NONE);
        assertThat(far.opened).hasSize(2 * opened);
    }

    @Test
    void removesWhatAKilledProcessLeftButNothingThatALivingOneFills() throws Exception {
        Path cache = Files.createDirectories(temporary.resolve("cache"));
        for (String name : List.of("killed", "living")) {
            Files.writeString(
                    Files.createDirectory(cache.resolve(".copy-" + name)).resolve("model.safetensors"), "half");
            Files.createFile(cache.resolve(".copy-%s.lock".formatted(name)));
        }
        try (ForeignLock held = ForeignLock.on(cache.resolve(".copy-living.lock"))) {
            cache(1 << 20).open(REFERENCE, new FarFolder(tiny().write()), DownloadProgress.NONE);
            assertThat(held.process.isAlive()).isTrue();
        }
        assertThat(leftOvers())
                .containsExactlyInAnyOrder(cache.resolve(".copy-living"), cache.resolve(".copy-living.lock"));
    }

    @Test
    void letsAllWhoMayWriteIntoTheCacheLockAndAdd() throws IOException {
        Path shared = Files.createDirectory(temporary.resolve("shared"));
        Files.setAttribute(shared, "unix:mode", 01777);
        EmbedOptions options = EmbedOptions.defaults().with(EmbedOptions.CACHE_DIR, shared.toString());
        ModelFolder model = ModelCache.of(options, ModelFolder.READER)
                .open(REFERENCE, new FarFolder(tiny().write()), DownloadProgress.NONE);
        assertThat(model.path()).startsWith(shared);
        for (String folder : List.of("remote", "remote/locks", "remote/listings")) {
            assertThat((int) Files.getAttribute(shared.resolve(folder), "unix:mode") & 07777)
                    .as(folder)
                    .isEqualTo(01777);
        }
        try (Stream<Path> locks = Files.list(shared.resolve("remote/locks"))) {
            assertThat(locks).isNotEmpty().allSatisfy(lock -> assertThat(
                            (int) Files.getAttribute(lock, "unix:mode") & 0777)
                    .isEqualTo(0666));
        }
    }

    @Test
    void oneOfManyThreadsCopies() throws Exception {
        FarFolder far = new FarFolder(tiny().write());
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<ModelFolder> open = () -> cache(1 << 20).open(REFERENCE, far, DownloadProgress.NONE);
            List<String> fingerprints = new ArrayList<>();
            for (Future<ModelFolder> model : threads.invokeAll(Collections.nCopies(8, open))) {
                fingerprints.add(model.get().fingerprint());
            }
            assertThat(fingerprints).hasSize(8).containsOnly(fingerprints.get(0));
            assertThat(far.opened).doesNotHaveDuplicates();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void refusesAnotherModelThanTheOneThatIsMeant() throws IOException {
        Path origin = tiny().write();
        String expected = ModelReference.open(origin.toString(), temporary).fingerprint();
        Files.writeString(origin.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 9}");
        String found = ModelReference.open(origin.toString(), temporary).fingerprint();

        assertRefused(
                () -> cache(1 << 20).open(REFERENCE, new FarFolder(origin), expected),
                ErrorCode.MODEL_INVALID,
                "model far://away/tiny: is not the one that the driver opened",
                "On this host its fingerprint is %s; on the driver it was %s.".formatted(found, expected),
                "Put the same files there for every host, and start the application anew after a change.");
        assertThat(leftOvers()).isEmpty();
        assertThat(models()).isEmpty();
    }

    @Test
    void refusesAFileThatChangesWhileItIsCopied() {
        Path origin = tiny().write();
        FarFolder growing = new FarFolder(origin) {
            @Override
            public InputStream open(String name) throws IOException {
                return new ByteArrayInputStream(
                        name.equals("tokenizer.json") ? new byte[30_000] : Files.readAllBytes(origin.resolve(name)));
            }
        };
        assertThatThrownBy(() -> cache(1 << 20).open(REFERENCE, growing, DownloadProgress.NONE))
                .isInstanceOf(EmbarkException.class)
                .hasMessageMatching(
                        "(?s)model far://away/tiny: changed while it was copied\n"
                                + "tokenizer.json was listed with \\d+ bytes and has \\d+\\.\nTry again when nobody writes there\\.");
        assertThat(leftOvers()).isEmpty();
    }

    @Test
    void refusesAFolderThatChangesWhileItIsCopied() {
        Path origin = tiny().write();
        FarFolder touched = new FarFolder(origin) {
            @Override
            public InputStream open(String name) throws IOException {
                Files.setLastModifiedTime(origin.resolve("config.json"), FileTime.fromMillis(1));
                return super.open(name);
            }
        };
        assertRefused(
                () -> cache(1 << 20).open(REFERENCE, touched, DownloadProgress.NONE),
                ErrorCode.MODEL_INVALID,
                "model far://away/tiny: changed while it was copied",
                "the list of its files is another one now.");
    }

    @Test
    void saysWhichFileCannotBeRead() {
        Path origin = tiny().write();
        FarFolder denied = new FarFolder(origin) {
            @Override
            public InputStream open(String name) throws IOException {
                if (name.equals("model.safetensors")) {
                    throw new IOException("Permission denied: user=guest");
                }
                return super.open(name);
            }
        };
        assertRefused(
                () -> cache(1 << 20).open(REFERENCE, denied, DownloadProgress.NONE),
                ErrorCode.RUN_FAILED,
                "model far://away/tiny: model.safetensors cannot be read",
                "The file system says: java.io.IOException: Permission denied: user=guest.",
                "Check that this user may read it, and that the file system can be reached from this host.");
        assertThat(leftOvers()).isEmpty();
    }

    @Test
    void saysThatAFolderIsMissing() {
        assertRefused(
                () -> cache(1 << 20).open(REFERENCE, new FarFolder(temporary.resolve("none")), DownloadProgress.NONE),
                ErrorCode.MODEL_NOT_FOUND,
                "model far://away/tiny: no such folder",
                "The file system says: %s.".formatted(temporary.resolve("none")),
                "Name the folder that holds the model's config.json or modules.json.");
    }

    @Test
    void namesThePlaceThatADamagedModelCameFrom() {
        Path origin = tiny().file("config.json", "{").write();
        assertThatThrownBy(() -> cache(1 << 20).open(REFERENCE, new FarFolder(origin), DownloadProgress.NONE))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("far://away/tiny/config.json: ")
                .hasMessageNotContaining(temporary.toString());
        assertThat(leftOvers()).isEmpty();
    }

    @Test
    void namesAProgramAmongTheFilesThere() throws IOException {
        Path origin = tiny().file("pytorch_model.bin", "code").write();
        Files.delete(origin.resolve("model.safetensors"));
        assertRefused(
                () -> cache(1 << 20).open(REFERENCE, new FarFolder(origin), DownloadProgress.NONE),
                ErrorCode.MODEL_UNSUPPORTED,
                "far://away/tiny: the only weights are pytorch_model.bin",
                "A pickle or TorchScript file runs code when it is read.");
    }

    @Test
    void refusesAModelThatIsLargerThanTheCache() {
        assertThatThrownBy(() -> cache(5_000).open(REFERENCE, new FarFolder(tiny().write()), DownloadProgress.NONE))
                .isInstanceOf(EmbarkException.class)
                .hasMessageMatching("""
                        model far://away/tiny: is larger than the cache
                        It has \\d+ bytes or more, and at most 5000 are kept\\.
                        Set option cache-megabytes to more\\.""");
    }

    @Test
    void removesTheModelThatWasOpenedLeastRecentlyButNoneThatAProcessUses() throws Exception {
        long room = 3 * bytes(tiny().write()) + 1000;
        String oldest = copyInAnotherProcess("oldest", 9, 1_000);
        String used = copyInAnotherProcess("used", 8, 2_000);
        String newer = copyInAnotherProcess("newer", 7, 3_000);
        assertThat(models()).containsExactlyInAnyOrder(oldest, used, newer);

        FileTime longAgo = FileTime.fromMillis(1);
        Files.setLastModifiedTime(lock(used), longAgo);
        try (ForeignLock held = ForeignLock.on(lock(used))) {
            ModelFolder added =
                    cache(room).open("far://away/added", new FarFolder(origin("added", 6)), DownloadProgress.NONE);

            assertThat(held.process.isAlive()).isTrue();
            assertThat(models()).containsExactlyInAnyOrder(used, newer, added.fingerprint());
        }
    }

    @Test
    void tellsHowFarACopyIs() {
        List<String> told = new ArrayList<>();
        cache(1 << 20)
                .open(
                        REFERENCE,
                        new FarFolder(tiny().write()),
                        (file, done, total) -> told.add(file + " " + (done == total)));
        assertThat(told).contains("model.safetensors true");
    }

    private ModelFolderBuilder tiny() {
        return ModelFolderBuilder.in(temporary.resolve("origin/tiny"));
    }

    private Path origin(String name, int maxTokens) {
        return ModelFolderBuilder.in(temporary.resolve("origin").resolve(name))
                .set("sentence_bert_config.json", "max_seq_length", Integer.toString(maxTokens))
                .write();
    }

    private ModelCache<ModelFolder> cache(long mostBytes) {
        return new ModelCache<>(temporary.resolve("cache"), mostBytes, ModelFolder.READER);
    }

    private Path lock(String fingerprint) {
        return temporary.resolve("cache/locks/use-" + fingerprint);
    }

    /** This process would hold what it opens to its end. */
    private String copyInAnotherProcess(String name, int maxTokens, long used) throws Exception {
        Path origin = origin(name, maxTokens);
        Process process = java(CopyToCache.class, temporary.resolve("cache").toString(), origin.toString());
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as(output).isZero();
        Files.setLastModifiedTime(lock(output), FileTime.fromMillis(used));
        return output;
    }

    private static Process java(Class<?> program, String... arguments) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                classPath,
                program.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** A lock that a process of its own holds until it is closed. */
    private record ForeignLock(Process process) implements AutoCloseable {
        static ForeignLock on(Path file) throws IOException {
            Process process = java(HoldLock.class, file.toString());
            assertThat(process.getInputStream().read()).isEqualTo('h');
            return new ForeignLock(process);
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    /** Takes a cache and a folder; prints the fingerprint. */
    static final class CopyToCache {
        public static void main(String[] args) {
            ModelCache<ModelFolder> cache = new ModelCache<>(Path.of(args[0]), 1 << 20, ModelFolder.READER);
            FarFolder far = new FarFolder(Path.of(args[1]));
            System.out.println(cache.open("far://away/" + Path.of(args[1]).getFileName(), far, DownloadProgress.NONE)
                    .fingerprint());
        }
    }

    /** Takes a file, and says when it holds it. */
    static final class HoldLock {
        public static void main(String[] args) throws Exception {
            try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.READ);
                    FileLock lock = channel.lock(0, Long.MAX_VALUE, true)) {
                System.out.print(lock.isShared() ? "held" : "not");
                System.out.flush();
                System.in.read();
            }
        }
    }

    private List<String> models() throws IOException {
        try (Stream<Path> entries = Files.list(temporary.resolve("cache"))) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.length() == 64)
                    .toList();
        }
    }

    private Map<String, Object> inodes() throws IOException {
        Map<String, Object> inodes = new TreeMap<>();
        try (Stream<Path> entries = Files.walk(temporary.resolve("cache"))) {
            for (Path entry : entries.toList()) {
                inodes.put(entry.toString(), Files.readAttributes(entry, "unix:ino,size"));
            }
        }
        return inodes;
    }

    private List<Path> leftOvers() {
        try (Stream<Path> entries = Files.list(temporary.resolve("cache"))) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith("."))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long bytes(Path folder) {
        return ModelReference.open(folder.toString(), folder).files().stream()
                .mapToLong(ModelFile::bytes)
                .sum();
    }

    /** A folder of this host as if it were elsewhere. */
    static class FarFolder implements RemoteFiles {
        final List<String> opened = Collections.synchronizedList(new ArrayList<>());
        private final Path folder;

        FarFolder(Path folder) {
            this.folder = folder;
        }

        @Override
        public List<RemoteFile> list() throws IOException {
            if (!Files.isDirectory(folder)) {
                throw new FileNotFoundException(folder.toString());
            }
            List<RemoteFile> files = new ArrayList<>();
            try (Stream<Path> paths = Files.walk(folder)) {
                for (Path path : paths.filter(Files::isRegularFile).toList()) {
                    files.add(new RemoteFile(
                            folder.relativize(path).toString(),
                            Files.size(path),
                            Files.getLastModifiedTime(path).toMillis()));
                }
            }
            return files;
        }

        @Override
        public InputStream open(String name) throws IOException {
            opened.add(name);
            return Files.newInputStream(folder.resolve(name));
        }
    }

    /** Nobody may ask it anything. */
    private static final class Unreachable implements RemoteFiles {
        @Override
        public List<RemoteFile> list() throws IOException {
            throw new IOException("unreachable");
        }

        @Override
        public InputStream open(String name) throws IOException {
            throw new IOException("unreachable");
        }
    }
}
