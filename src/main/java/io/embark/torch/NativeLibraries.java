/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import ai.djl.util.ClassLoaderUtils;
import ai.djl.util.Platform;
import io.embark.host.CacheDirectory;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Unpacks the native libraries that the class path has, and tells those who load them where they are: DJL and JNA would unpack
 * them too, and load whatever has the right name. What the user chose himself, by the variables that DJL and JNA read, stays.
 */
final class NativeLibraries {
    /** Names the folder of other libraries of PyTorch than those that come with Embark. DJL reads it. */
    static final String TORCH_FOLDER = "PYTORCH_LIBRARY_PATH";

    private static final String TORCH_FLAVOR = "PYTORCH_FLAVOR";
    private static final String TOKENIZERS_FILE = "RUST_LIBRARY_PATH";
    private static final String JNA_FOLDER = "jna.boot.library.path";

    private final NativePlaces places;

    private NativeLibraries(CacheDirectory cache) {
        this.places = new NativePlaces(cache);
    }

    /**
     * Sees to it that everything is unpacked, and intact. Called before any class of JNA or DJL is used.
     *
     * @throws io.embark.EmbarkException {@link io.embark.ErrorCode#NATIVES_UNAVAILABLE} if there is no place for them
     */
    static void provide(CacheDirectory cache) {
        NativeLibraries libraries = new NativeLibraries(cache);
        try {
            // JNA first: DJL asks it for GPUs before it can say which libraries it wants.
            libraries.provideJna();
            libraries.provideTorch();
            libraries.provideTokenizers();
            libraries.places.removeRemainsOfDjl();
        } catch (IOException e) {
            throw TorchErrors.jarIsUnreadable(e);
        }
    }

    private void provideJna() throws IOException {
        String library = System.mapLibraryName("jnidispatch");
        URL resource = com.sun.jna.Platform.class.getResource(
                "/com/sun/jna/%s/%s".formatted(com.sun.jna.Platform.RESOURCE_PREFIX, library));
        if (resource != null && System.getProperty(JNA_FOLDER) == null) {
            Path folder = places.provide("jna", List.of(NativeFile.of(library, resource)));
            System.setProperty(JNA_FOLDER, folder.toString());
            // Here nobody else has put anything.
            useAsCache(folder);
        }
    }

    private void provideTorch() throws IOException {
        Platform platform = Platform.detectPlatform("pytorch");
        String classifier = platform.getClassifier();
        Optional<String> chosen = setting(TORCH_FOLDER);
        String flavor = setting(TORCH_FLAVOR).filter(any -> chosen.isPresent()).orElse(platform.getFlavor());
        String bridge = System.mapLibraryName("djl_torch");
        String bridgeName = platform.getApiVersion() + "-" + bridge;
        Optional<NativeFile> bridgeFile = find(bridgeName, "jnilib/%s/%s/%s".formatted(classifier, flavor, bridge));

        if (chosen.isPresent()) {
            // DJL looks for its bridge beside those libraries, then here.
            String folder = "pytorch/%s-%s-%s/"
                    .formatted(setting("PYTORCH_VERSION").orElse(platform.getVersion()), flavor, classifier);
            if (bridgeFile.isPresent()) {
                NativeFile file = bridgeFile.get();
                NativeFile placed = new NativeFile(folder + file.name(), file.resource(), file.bytes(), file.crc());
                useAsCache(places.provide("pytorch-" + flavor, List.of(placed)));
            }
            return;
        }
        if (platform.isPlaceholder() || bridgeFile.isEmpty()) {
            // DJL says what is missing.
            return;
        }
        List<NativeFile> files = new ArrayList<>(List.of(bridgeFile.get()));
        for (String library : platform.getLibraries()) {
            find(library, "pytorch/%s/%s/%s".formatted(flavor, classifier, library))
                    .ifPresent(files::add);
        }
        Path folder = places.provide("pytorch-%s-%s".formatted(platform.getVersion(), flavor), files);
        System.setProperty(TORCH_FOLDER, folder.toString());
        System.setProperty(TORCH_FLAVOR, flavor);
        useAsCache(folder);
    }

    private void provideTokenizers() throws IOException {
        Platform platform = Platform.detectPlatform("tokenizers");
        String library = System.mapLibraryName("tokenizers");
        Optional<NativeFile> file = find(library, "native/lib/%s/cpu/%s".formatted(platform.getClassifier(), library));
        if (setting(TOKENIZERS_FILE).isEmpty() && file.isPresent()) {
            Path folder = places.provide("tokenizers-" + platform.getVersion(), List.of(file.get()));
            System.setProperty(TOKENIZERS_FILE, folder.resolve(library).toString());
        }
    }

    /** Where DJL looks for what it was not told of. */
    private static void useAsCache(Path folder) {
        System.setProperty("DJL_CACHE_DIR", folder.toString());
        System.setProperty("ENGINE_CACHE_DIR", folder.toString());
    }

    private static Optional<NativeFile> find(String name, String resource) throws IOException {
        URL url = ClassLoaderUtils.getResource(resource);
        return url == null ? Optional.empty() : Optional.of(NativeFile.of(name, url));
    }

    /** As DJL reads it. */
    private static Optional<String> setting(String name) {
        return Optional.ofNullable(System.getenv(name)).or(() -> Optional.ofNullable(System.getProperty(name)));
    }
}
