/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import io.embark.EmbedOptions;
import io.embark.model.ModelFolder;
import io.embark.model.ModelReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process that loads one model and says by how many bytes its resident memory grew at most, and in the end. */
final class LoadLargeFolder {
    private LoadLargeFolder() {}

    /**
     * Loads a model.
     *
     * @param arguments a small folder, loaded before anything is measured; the large one; a cache directory
     */
    public static void main(String[] arguments) throws IOException {
        Path cache = Path.of(arguments[2]);
        TorchRuntime.start(EmbedOptions.defaults().with(EmbedOptions.CACHE_DIR, arguments[2]));
        Encoder.load(ModelReference.open(arguments[0], cache), Placement.CPU).close();
        ModelFolder folder = ModelReference.open(arguments[1], cache);
        // The peak begins anew (proc(5), clear_refs).
        Files.writeString(Path.of("/proc/self/clear_refs"), "5");
        long before = bytes("VmRSS");
        Encoder encoder = Encoder.load(folder, Placement.CPU);
        System.out.println(bytes("VmHWM") - before);
        System.out.println(bytes("VmRSS") - before);
        encoder.close();
    }

    private static long bytes(String what) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(what + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                .findFirst()
                .orElseThrow();
    }
}
