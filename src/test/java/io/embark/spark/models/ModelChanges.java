/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import io.embark.EmbedOptions;
import io.embark.encode.Embedder;
import io.embark.encode.LoadedModel;
import io.embark.model.ModelReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.slf4j.LoggerFactory;

/** A program that embeds with two models in turns where one is kept, and prints what memory it holds; fails if that grows. */
final class ModelChanges {
    private static final int PRINTED_EACH = 10;

    /** Of the last figure against the first. */
    private static final double MOST_GROWTH = 1.15;

    private ModelChanges() {}

    /** Takes how often the model changes and a folder for the second one. */
    public static void main(String[] args) throws IOException {
        int changes = Integer.parseInt(args[0]);
        EmbedOptions first = EmbedOptions.parse(Map.of("threads", "2"));
        EmbedOptions second = first.with(EmbedOptions.MODEL, copy(first, Path.of(args[1])));
        LeasedModels models = new LeasedModels(
                load -> {
                    EmbedOptions options = load.request().options();
                    return LoadedModel.open(
                            ModelReference.open(options), options, OptionalInt.empty(), new Semaphore(2));
                },
                () -> 1,
                LoggerFactory.getLogger(ModelChanges.class));
        List<String> texts = IntStream.range(0, 100)
                .mapToObj(i -> "the cat sat on the mat ".repeat(i % 20) + i)
                .toList();
        List<Long> resident = new ArrayList<>();
        for (int change = 1; change <= changes; change++) {
            EmbedOptions options = change % 2 == 0 ? first : second;
            try (LeasedModels.Lease lease = models.lease(Requests.load(options), () -> false)) {
                lease.use(() -> Embedder.on(lease.model(), options).embed(texts));
            }
            if (change % PRINTED_EACH == 0) {
                resident.add(residentMegabytes());
                System.out.printf(Locale.ROOT, "%d changes: %d MB%n", change, resident.get(resident.size() - 1));
            }
        }
        long most = Math.round(resident.get(0) * MOST_GROWTH);
        if (resident.get(resident.size() - 1) > most) {
            System.out.printf(Locale.ROOT, "more than the %d MB that are allowed%n", most);
            System.exit(1);
        }
    }

    private static String copy(EmbedOptions options, Path target) throws IOException {
        Path source = ModelReference.open(options).tokenizerFile().getParent();
        try (var files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Files.copy(
                        file, target.resolve(source.relativize(file).toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return target.toString();
    }

    private static long residentMegabytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }
}
