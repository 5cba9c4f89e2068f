/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.files.FolderFiles;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The modules of a Sentence Transformers folder in their order, as {@code modules.json} lists them: one that makes vectors of
 * a text's tokens, those that change these, Pooling, and those that change the pooled vector. A StaticEmbedding stands for all
 * up to Pooling. In place of a {@link Router} stand the modules of one of its routes.
 *
 * @param first the first module, whose sub-folder has configuration, tokenizer and weights
 * @param tokenModules those between the first and Pooling
 * @param pooling the Pooling module; empty for a StaticEmbedding, and where there is no {@code modules.json}
 * @param vectorModules those behind pooling, the ones that change nothing left out
 * @param listed whether there is a {@code modules.json}
 */
record ModuleList(
        ListedModule first,
        List<ListedModule> tokenModules,
        Optional<ListedModule> pooling,
        List<ListedModule> vectorModules,
        boolean listed) {
    static final String FILE = "modules.json";

    /** More than any model has; each is read from files of its own. */
    static final int MOST_MODULES = 64;

    /**
     * A line of the list.
     *
     * @param router its routes, of which one takes its place
     */
    private record Entry(ListedModule module, Optional<Router> router) {}

    /** The modules that texts of a task take; those of the default routes where the task is empty. */
    static ModuleList read(FolderFiles files, Optional<String> task) {
        return files.find("", FILE)
                .map(file -> of(
                        file.toString(),
                        flat(entries(files, file), (router, modality) -> router.route(task, modality))))
                .orElseGet(() -> new ModuleList(
                        new ListedModule("Transformer", "", files.root().toString()),
                        List.of(),
                        Optional.empty(),
                        List.of(),
                        false));
    }

    /** For each route the modules of a text that takes it; none where there is no Router. */
    static List<ModuleList> ofAllRoutes(FolderFiles files) {
        Optional<Path> file = files.find("", FILE);
        List<Entry> entries = file.map(found -> entries(files, found)).orElse(List.of());
        int most = routers(entries)
                .mapToInt(router -> router.routes().size())
                .max()
                .orElse(0);
        return IntStream.range(0, most)
                .mapToObj(i -> of(file.get().toString(), flat(entries, (router, modality) -> {
                    List<List<ListedModule>> routes =
                            List.copyOf(router.routes().values());
                    return routes.get(i % routes.size());
                })))
                .toList();
    }

    /** The tasks that its Routers tell apart. */
    static List<String> tasks(FolderFiles files) {
        return files.find("", FILE)
                .map(file -> routers(entries(files, file))
                        .flatMap(router -> router.tasks().stream())
                        .distinct()
                        .toList())
                .orElse(List.of());
    }

    private static Stream<Router> routers(List<Entry> entries) {
        return entries.stream().flatMap(entry -> entry.router().stream());
    }

    private static List<Entry> entries(FolderFiles files, Path file) {
        List<Entry> entries = new ArrayList<>();
        List<JsonConfig> listed = JsonConfig.readList(file);
        if (listed.size() > MOST_MODULES) {
            throw ModelProblem.wrongFile(
                    "%s: %s modules".formatted(file, listed.size()),
                    "At most %s follow each other.".formatted(MOST_MODULES));
        }
        for (JsonConfig json : listed) {
            String type = json.requiredText("type");
            ListedModule module = ListedModule.read(
                    files, json.subject(), type, json.text("path").orElse(""));
            Optional<Router> router =
                    module.isRouter() ? Optional.of(Router.read(files, module.path())) : Optional.empty();
            entries.add(new Entry(module, router));
        }
        return entries;
    }

    /** With the modules of one route in place of each Router; it hears of the modality if the network said it. */
    private static List<ListedModule> flat(List<Entry> entries, BiFunction<Router, String, List<ListedModule>> route) {
        List<ListedModule> modules = new ArrayList<>();
        for (Entry entry : entries) {
            String modality = modules.isEmpty() || !modules.get(0).isStatic() ? "text" : null;
            modules.addAll(entry.router()
                    .map(router -> route.apply(router, modality))
                    .orElseGet(() -> List.of(entry.module())));
        }
        return modules;
    }

    private static ModuleList of(String subject, List<ListedModule> modules) {
        List<String> types = modules.stream().map(ListedModule::type).toList();
        int pooling = types.indexOf("Pooling");
        boolean isStatic = types.indexOf(ListedModule.STATIC) == 0;
        int behind = isStatic ? 1 : pooling + 1;
        if (!isStatic && (types.indexOf("Transformer") != 0 || pooling < 0)) {
            throw wrongOrder(subject);
        }

        List<ListedModule> between = isStatic ? List.of() : modules.subList(1, pooling);
        List<ListedModule> vectorModules = modules.subList(behind, modules.size());
        if (Stream.concat(between.stream(), vectorModules.stream())
                .map(ListedModule::type)
                .anyMatch(List.of("Transformer", "Pooling", ListedModule.STATIC, ListedModule.ROUTER)::contains)) {
            throw wrongOrder(subject);
        }
        return new ModuleList(
                modules.get(0),
                List.copyOf(between),
                isStatic ? Optional.empty() : Optional.of(modules.get(pooling)),
                vectorModules.stream()
                        .filter(module -> !module.type().equals("Dropout"))
                        .toList(),
                true);
    }

    private static RuntimeException wrongOrder(String subject) {
        return ModelProblem.unsupported(
                "%s: the modules do not begin with one Transformer and one Pooling, or one StaticEmbedding"
                        .formatted(subject),
                "A text becomes tokens, tokens become vectors, and one Pooling makes them one vector.",
                "Choose a model with one Transformer and one Pooling, or one StaticEmbedding, and then modules that change that vector.");
    }
}
