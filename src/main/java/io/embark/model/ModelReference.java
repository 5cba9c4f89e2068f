package io.embark.model;

import static java.util.Objects.requireNonNull;

import io.embark.ErrorCode;
import io.embark.base.NearestName;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What kind of place a reference to a model leads to. */
public sealed interface ModelReference {
    /** The model that comes with Embark. */
    record Bundled() implements ModelReference {}

    /**
     * A folder on this host.
     *
     * @param path absolute; was there when the reference was read
     */
    record Folder(Path path) implements ModelReference {}

    /**
     * A folder on a file system of Hadoop.
     *
     * @param uri as it was written
     */
    record Remote(String uri) implements ModelReference {}

    /** A model of a hub. */
    record Hub(HubReference name) implements ModelReference {}

    /** As {@link #read(String, List)} with the working directory as the only parent. */
    static ModelReference read(String reference) {
        return read(reference, List.of(Path.of("")));
    }

    /**
     * Says what a reference means. A folder that is there wins over a model of a hub.
     *
     * @param reference {@code all-MiniLM-L6-v2}, a folder or its {@code file:} URI, any other URI, or {@code
     *     org/name@revision}
     * @param parents where to look for a folder that is named without the whole way to it, the first one first
     * @throws io.embark.EmbarkException {@link ErrorCode#MODEL_NOT_FOUND} if it is none of these
     */
    static ModelReference read(String reference, List<Path> parents) {
        requireNonNull(reference, "reference is null");
        if (reference.equals(BundledModel.NAME)) {
            return new Bundled();
        }

        Path path = path(reference);
        Optional<Path> folder = parents.stream()
                .map(parent -> parent.resolve(path))
                .filter(place -> !reference.isBlank() && Files.isDirectory(place))
                .findFirst();
        if (folder.isPresent()) {
            return new Folder(folder.get().toAbsolutePath().normalize());
        }

        // Two letters at least: one is a drive of Windows.
        if (!reference.startsWith("file:") && reference.matches("(?s)[A-Za-z][A-Za-z0-9+.-]+:.*")) {
            return new Remote(reference);
        }
        return HubReference.of(reference).map(Hub::new).orElseThrow(() -> noFolder(reference, path));
    }

    /** How a model is called for short: the bundled name, {@code org/name}, or the last part of a path or URI. */
    static String name(String reference) {
        Matcher hub = hub(reference);
        if (hub.matches()) {
            return hub.group(1);
        }
        String path = reference.replaceFirst("/+$", "");
        String last = path.substring(path.lastIndexOf('/') + 1);
        return last.isEmpty() ? reference : last;
    }

    /** The revision that a reference to a model of a hub names; empty for any other. */
    static Optional<String> revision(String reference) {
        Matcher hub = hub(reference);
        return hub.matches() ? Optional.ofNullable(hub.group(2)) : Optional.empty();
    }

    private static Matcher hub(String reference) {
        return Pattern.compile("([\\w-][\\w.-]*/[\\w.-]+)(?:@(.*))?").matcher(reference);
    }

    private static Path path(String reference) {
        try {
            return reference.startsWith("file:") ? Path.of(URI.create(reference)) : Path.of(reference);
        } catch (IllegalArgumentException e) {
            // InvalidPathException is one as well.
            throw ModelProblem.problem(
                    ErrorCode.MODEL_NOT_FOUND,
                    "model '%s': not a path".formatted(ModelProblem.show(reference)),
                    "The system says: %s.".formatted(ModelProblem.show(e.getMessage())),
                    "Name %s or the path of a folder.".formatted(BundledModel.NAME),
                    e);
        }
    }

    private static RuntimeException noFolder(String reference, Path folder) {
        String problem = "model '%s': no such folder".formatted(ModelProblem.show(reference));
        Optional<String> nearest = NearestName.find(ModelProblem.show(reference), List.of(BundledModel.NAME));
        if (Files.exists(folder) && !reference.isBlank()) {
            problem = "model '%s': a file, not a folder".formatted(ModelProblem.show(reference));
        }
        return ModelProblem.notFound(
                problem,
                ("A model is %s, which is bundled, a folder on this host, the URI of a folder on a file system of Hadoop,"
                                + " or org/name@revision on a hub.%s")
                        .formatted(
                                BundledModel.NAME,
                                nearest.map(name -> " The nearest name is %s.".formatted(name))
                                        .orElse("")),
                "Name one of these.");
    }
}
