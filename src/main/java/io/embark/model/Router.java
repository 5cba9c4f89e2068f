/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.ErrorCode;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Router module, once called Asym, which has routes of modules and takes one of them by what the texts are ({@code
 * base/modules/router.py} of Sentence Transformers).
 *
 * @param subject its file, for messages
 * @param routes the modules of each route, by name
 * @param mappings routes by task and modality, either of which may be null and stands for any then
 * @param defaultRoute the route where the caller names no task
 */
record Router(
        String subject,
        Map<String, List<ListedModule>> routes,
        Map<Key, String> mappings,
        Optional<String> defaultRoute) {
    private static final String FILE = "router_config.json";
    private static final String FILE_OF_ASYM = "config.json";

    /** What the file has for a Python tuple of two: {@code ('query', None)}; a modality may be a tuple itself. */
    private static final Pattern KEY = Pattern.compile(
            "\\(\\s*(?<task>None|'[^'\\\\]*'|\"[^\"\\\\]*\")\\s*,\\s*(?<modality>None|'[^'\\\\]*'|\"[^\"\\\\]*\"|\\([^()]*\\))\\s*,?\\s*\\)");

    /** Each is read as a model of its own. */
    private static final int MOST_ROUTES = 64;

    /** What a mapping asks for. */
    record Key(String task, String modality) {}

    static Router read(FolderFiles files, String path) {
        JsonConfig config = files.findJson(path, FILE)
                .filter(json -> !json.isEmpty())
                .orElseGet(() -> files.json(path, FILE_OF_ASYM));
        Map<String, List<ListedModule>> routes = routes(files, path, config);
        JsonConfig parameters = config.objectOrEmpty("parameters");
        parameters.keys().stream()
                .filter(key ->
                        !ModuleKeys.BY_TYPE.get(ListedModule.ROUTER).uses().containsKey(key))
                .findFirst()
                .ifPresent(key -> {
                    throw ModelProblem.unsupported(
                            "%s: unknown parameter '%s'".formatted(parameters.subject(), ModelProblem.show(key)),
                            "Sentence Transformers cannot load such a module either.",
                            "Remove the parameter, or choose another model.");
                });
        Optional<String> defaultRoute = parameters
                .text("default_route")
                .or(() -> parameters.flag("allow_empty_key").orElse(true)
                        ? routes.keySet().stream().findFirst()
                        : Optional.empty());
        defaultRoute.ifPresent(name -> requireRoute(parameters, "default_route", name, routes));
        return new Router(config.subject(), routes, mappings(parameters, routes), defaultRoute);
    }

    private static Map<String, List<ListedModule>> routes(FolderFiles files, String path, JsonConfig config) {
        JsonConfig types = config.objectOrEmpty("types");
        JsonConfig structure = config.objectOrEmpty("structure");
        Map<String, List<ListedModule>> routes = new LinkedHashMap<>();
        for (String name : structure.keys()) {
            List<ListedModule> modules = new ArrayList<>();
            List<String> ids = structure.texts(name).orElse(List.of());
            if (ids.size() > ModuleList.MOST_MODULES) {
                throw ModelProblem.wrongFile(
                        "%s: route '%s' has %s modules"
                                .formatted(config.subject(), ModelProblem.show(name), ids.size()),
                        "At most %s follow each other.".formatted(ModuleList.MOST_MODULES));
            }
            for (String id : ids) {
                String subject = "%s: %s".formatted(types.subject(), ModelProblem.show(id));
                String folder = path.isEmpty() ? id : path + "/" + id;
                modules.add(ListedModule.read(files, subject, types.requiredText(id), folder));
            }
            routes.put(name, modules);
        }
        if (routes.isEmpty() || routes.size() > MOST_ROUTES) {
            throw ModelProblem.wrongFile(
                    "%s: %s routes".formatted(config.subject(), routes.size()),
                    "A Router has from 1 to %s, in the field structure.".formatted(MOST_ROUTES));
        }
        return routes;
    }

    private static Map<Key, String> mappings(JsonConfig parameters, Map<String, List<ListedModule>> routes) {
        JsonConfig written = parameters.objectOrEmpty("route_mappings");
        Map<Key, String> mappings = new LinkedHashMap<>();
        for (String key : written.keys()) {
            String route = written.requiredText(key);
            requireRoute(written, ModelProblem.show(key), route, routes);
            Matcher parts = KEY.matcher(key);
            if (!parts.matches()) {
                throw ModelProblem.wrongField(
                        "%s: key %s".formatted(written.subject(), ModelProblem.show(key)),
                        "It must be a task and a modality, as Python writes them: ('query', 'text') or (None, 'text').");
            }
            mappings.put(new Key(unquoted(parts.group("task")), unquoted(parts.group("modality"))), route);
        }
        return mappings;
    }

    private static String unquoted(String python) {
        return python.equals("None") ? null : python.substring(1, python.length() - 1);
    }

    private static void requireRoute(JsonConfig json, String key, String name, Map<String, List<ListedModule>> routes) {
        if (!routes.containsKey(name)) {
            throw ModelProblem.wrongField(
                    "%s: %s is '%s'".formatted(json.subject(), key, ModelProblem.show(name)),
                    "The routes are: %s.".formatted(ModelProblem.show(String.join(", ", routes.keySet()))));
        }
    }

    /** The tasks that it tells apart. */
    Set<String> tasks() {
        Set<String> tasks = new LinkedHashSet<>(routes.keySet());
        mappings.keySet().stream().map(Key::task).filter(task -> task != null).forEach(tasks::add);
        return tasks;
    }

    /**
     * The modules that texts take.
     *
     * @param modality {@code text}, or null where the module before does not say it
     * @throws io.embark.EmbarkException OPTION_INVALID if there is no route for the task, or none without one
     */
    List<ListedModule> route(Optional<String> task, String modality) {
        String mapped = mapping(task.orElse(null), modality);
        if (mapped != null) {
            return routes.get(mapped);
        }
        if (task.isPresent() && routes.containsKey(task.get())) {
            return routes.get(task.get());
        }
        if (modality != null && routes.containsKey(modality)) {
            return routes.get(modality);
        }
        if (task.isPresent()) {
            throw refusal("the model has no route for '%s'".formatted(ModelProblem.show(task.get())));
        }
        return routes.get(defaultRoute.orElseThrow(() -> refusal("the model needs one")));
    }

    /** The route of the mapping that says most; null where there is none. */
    private String mapping(String task, String modality) {
        String ofTask = mappings.getOrDefault(new Key(task, modality), mappings.get(new Key(task, null)));
        String ofModality = mappings.getOrDefault(new Key(null, modality), mappings.get(new Key(null, null)));
        return ofTask == null ? ofModality : ofTask;
    }

    private RuntimeException refusal(String problem) {
        String tasks = ModelProblem.show(String.join(", ", tasks()));
        return ModelProblem.problem(
                ErrorCode.OPTION_INVALID,
                "option task: %s".formatted(problem),
                "%s has routes for: %s.".formatted(subject, tasks),
                "Set task to one of them.",
                null);
    }
}
