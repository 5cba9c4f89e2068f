/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.host.CacheDirectory;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Natives are loaded once for each process, so what goes wrong before that is tried in processes of their own. */
class TorchRuntimeTest {
    private static final String REMEDY =
            "Set option cache-dir, or EMBARK_CACHE_DIR, to a writable folder on a file system not mounted noexec.";
    private static final String NATIVES = "pytorch-native-cpu";

    @TempDir
    Path temporary;

    @Test
    void refusesACacheDirectoryThatCannotBeWrittenAndStartsInAnotherOne() throws Exception {
        Path file = Files.writeString(temporary.resolve("file"), "");
        Path below = file.resolve("cache");
        Path kernel = Path.of("/proc/embark");
        String whole = CacheDirectory.of(EmbedOptions.defaults()).path().toString();
        List<String> results = start(
                classPath(jar -> true), file.toString(), below.toString(), kernel.toString(), whole, file.toString());
        assertThat(results).hasSize(5);
        assertThat(results.get(0)).isEqualTo(refusal(file, "java.nio.file.FileAlreadyExistsException: " + file));
        assertThat(results.get(1))
                .startsWith("NATIVES_UNAVAILABLE\ncache directory %s: cannot be written\nThe system says: "
                        .formatted(below))
                .endsWith("\n" + REMEDY);
        assertThat(results.get(2))
                .startsWith("NATIVES_UNAVAILABLE\ncache directory %s: cannot be written\nThe system says: "
                        .formatted(kernel))
                .endsWith("\n" + REMEDY);
        assertThat(results.get(3)).isEqualTo(StartTorch.STARTED);
        assertThat(results.get(4)).as("loaded is loaded").isEqualTo(StartTorch.STARTED);
    }

    @Test
    void saysWhichJarIsMissingAndKeepsToTheFirstCause() throws Exception {
        Path empty = temporary.resolve("empty");
        List<String> results = start(classPath(jar -> !jar.contains(NATIVES)), empty.toString(), empty.toString());
        assertThat(results).hasSize(2);
        assertThat(results.get(0))
                .startsWith("NATIVES_UNAVAILABLE\n"
                        + "native libraries of libtorch and the tokenizers: cannot be loaded on Linux ")
                .contains("\nThe system says: ", " (unpacked in %s).\n".formatted(empty))
                .endsWith("\nUse Linux on x86-64 with glibc 2.34 or newer and add the jar"
                        + " ai.djl.pytorch:pytorch-native-cpu:%s (classifier linux-x86_64);".formatted(bundledVersion())
                        + " option cache-dir, or EMBARK_CACHE_DIR, moves the folder.");
        assertThat(results.get(1)).isEqualTo(results.get(0));
        assertThat(results.get(0).lines()).hasSize(4);
    }

    @Test
    void saysWhatIsToBeRightWhereOtherLibrariesAreNamed() throws Exception {
        Path libraries = Files.createDirectory(temporary.resolve("torch"));
        Files.writeString(libraries.resolve(System.mapLibraryName("torch")), "none");
        Path empty = temporary.resolve("empty");
        List<String> results =
                start(Map.of("PYTORCH_LIBRARY_PATH", libraries.toString()), classPath(jar -> true), empty.toString());
        assertThat(results)
                .singleElement()
                .asString()
                .startsWith("NATIVES_UNAVAILABLE\n"
                        + "native libraries of libtorch and the tokenizers: cannot be loaded on Linux ")
                .endsWith(
                        ("\nLet PYTORCH_LIBRARY_PATH, which is %s, name the libraries of PyTorch %s, and PYTORCH_FLAVOR be"
                                        + " cu128 if they are for CUDA, which need NVIDIA's driver on the host; or unset both.")
                                .formatted(libraries, bundledVersion()));
    }

    /** Each ended the process, or was refused for a reason that was none, at this start and at every later one. */
    @Test
    void unpacksAgainWhatIsDamagedAndSaysSo() throws Exception {
        Path cache = copyOfNatives();
        Path torch = only(cache, "pytorch-");
        Path tokenizers = only(cache, "tokenizers-").resolve("libtokenizers.so");
        truncate(torch.resolve("libtorch_cpu.so"), 200_000_000);
        truncate(torch.resolve("libc10.so"), 0);
        Files.delete(torch.resolve("libtorch.so"));
        flip(tokenizers);
        Path remains = Files.createDirectories(cache.resolve("pytorch/tmp123"));
        Files.writeString(remains.resolve("libtorch_cpu.so"), "half");

        assertThat(start(classPath(jar -> true), cache.toString())).containsExactly(StartTorch.STARTED);
        assertThat(Files.readAllLines(temporary.resolve("log")).stream()
                        .map(line -> line.replaceFirst("^.* WARN ", ""))
                        .filter(line -> line.startsWith("NativePlaces: ")))
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line)
                                .contains(torch + " has the files [")
                                .endsWith("Unpacked them into " + torch),
                        line -> assertThat(line)
                                .contains(tokenizers + " has the SHA-256 ")
                                .endsWith("Unpacked them into " + tokenizers.getParent()));
        assertThat(remains).doesNotExist();

        assertThat(start(classPath(jar -> true), cache.toString())).containsExactly(StartTorch.STARTED);
        assertThat(temporary.resolve("log")).content().doesNotContain("NativePlaces");
    }

    /** The place of a user without a home has a name that anybody can guess. */
    @Test
    void takesNothingFromTheTemporaryFilesOfOthers() throws Exception {
        Path temporaries = Files.createDirectory(temporary.resolve("tmp"));
        Files.setAttribute(temporaries, "unix:mode", 01777);
        Path place = temporaries.resolve("embark-" + Files.getAttribute(temporaries, "unix:uid"));
        Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
        Files.createSymbolicLink(place, elsewhere);
        List<String> options = List.of("-Djava.io.tmpdir=" + temporaries, "-Duser.home=" + temporary.resolve("none"));
        assertThat(start(options, Map.of("EMBARK_CACHE_DIR", ""), classPath(jar -> true), ""))
                .containsExactly("OPTION_INVALID\ncache directory %s: belongs to another user\n".formatted(place)
                        + "This user has no home to keep a cache in, and that is its place among the temporary files.\n"
                        + "Set option cache-dir, or EMBARK_CACHE_DIR, to a folder that this user owns and nobody else can"
                        + " write to.");
        assertThat(elsewhere).isEmptyDirectory();

        Files.delete(place);
        Files.move(copyOfNatives(), place);
        assertThat(start(options, Map.of("EMBARK_CACHE_DIR", ""), classPath(jar -> true), ""))
                .containsExactly(StartTorch.STARTED);
    }

    @Test
    void loadsOnlyWhatWasVerified() throws Exception {
        TorchRuntime.start(EmbedOptions.defaults());
        Path natives = natives().toRealPath();
        assertThat(Files.readAllLines(Path.of("/proc/self/maps")).stream()
                        .map(line -> line.replaceFirst("^[^/]*", ""))
                        .filter(file -> file.matches(".*/lib(torch|djl|c10|gomp|tokenizers|jnidispatch)[^/]*"
                                + "|.*/jna[0-9]+\\.tmp|.*libdjl_torch.so"))
                        .distinct())
                .hasSizeGreaterThan(5)
                .allMatch(file -> Path.of(file).startsWith(natives));
    }

    private static Path natives() {
        return CacheDirectory.of(EmbedOptions.defaults()).path().resolve("natives");
    }

    private Path copyOfNatives() throws IOException {
        TorchRuntime.start(EmbedOptions.defaults());
        Path cache = temporary.resolve("cache");
        try (Stream<Path> entries = Files.walk(natives())) {
            for (Path entry : entries.toList()) {
                Path target = cache.resolve("natives").resolve(natives().relativize(entry));
                Files.createDirectories(target.getParent());
                Files.copy(entry, target, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return cache;
    }

    private static Path only(Path cache, String set) throws IOException {
        try (Stream<Path> entries = Files.list(cache.resolve("natives").toRealPath())) {
            return entries.filter(Files::isDirectory)
                    .filter(entry -> entry.getFileName().toString().startsWith(set))
                    .reduce((one, other) -> other)
                    .orElseThrow();
        }
    }

    private static void truncate(Path file, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }

    private static void flip(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
    }

    /** That of the libraries which the build adds, as their own jar says. */
    private static String bundledVersion() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = TorchRuntime.class.getResourceAsStream("/native/lib/pytorch.properties")) {
            properties.load(in);
        }
        return properties.getProperty("version").replaceFirst("-.*", "");
    }

    private static String refusal(Path path, String says) {
        return "NATIVES_UNAVAILABLE\ncache directory %s: cannot be written\nThe system says: %s.\n%s"
                .formatted(path, says, REMEDY);
    }

    private List<String> start(String classPath, String... cacheDirectories) throws IOException, InterruptedException {
        return start(Map.of(), classPath, cacheDirectories);
    }

    private List<String> start(Map<String, String> environment, String classPath, String... cacheDirectories)
            throws IOException, InterruptedException {
        return start(List.of(), environment, classPath, cacheDirectories);
    }

    private List<String> start(
            List<String> options, Map<String, String> environment, String classPath, String... cacheDirectories)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Dlog4j2.configurationFile="
                        + Path.of("conf/log4j2.properties").toUri(),
                "-cp",
                classPath));
        command.addAll(options);
        command.add(StartTorch.class.getName());
        command.addAll(Arrays.asList(cacheDirectories));
        Path output = temporary.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(temporary.resolve("log").toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor()).isZero();
        return Stream.of(Files.readString(output, StandardCharsets.UTF_8).split("\n" + StartTorch.END + "\n"))
                .toList();
    }

    /** Surefire's own class path is one jar that names all others. */
    private static String classPath(Predicate<String> wanted) {
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Stream.of(all.split(File.pathSeparator)).filter(wanted).collect(Collectors.joining(File.pathSeparator));
    }
}
