/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import io.embark.EmbarkException;
import io.embark.base.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The files of one folder, remembering which of them were asked for: these are what the model is made of. Not thread-safe.
 *
 * <p>A file may be a link that leaves the folder, as every file of a Hugging Face cache is; a folder may not.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class FolderFiles {
    /** How every pointer of Git LFS begins, and how long one is at most, as its specification says. */
    private static final byte[] POINTER =
            "version https://git-lfs.github.com/spec/".getBytes(StandardCharsets.US_ASCII);

    private static final int MOST_POINTER_BYTES = 1024;

    /** Where the files of a folder come from that fills as they are asked for. */
    public interface Source {
        /** Where the folder has all its files. */
        Source NONE = new Source() {
            @Override
            public Optional<ModelFile> fetch(String name) {
                return Optional.empty();
            }

            @Override
            public Stream<String> names(String directory) {
                return Stream.empty();
            }
        };

        /**
         * Sees to it that a file is in the folder if there is one of this name; asked once for each name.
         *
         * @return what the file is, where that was found out on the way
         */
        Optional<ModelFile> fetch(String name);

        /** The names of the files in a sub-folder, without its own. */
        Stream<String> names(String directory);

        /** Why nobody knows whether there is a file of a name that was not fetched; empty if there is none. */
        default Optional<EmbarkException> reasonForAbsence(String name) {
            return Optional.empty();
        }
    }

    private final Path root;
    private final Source source;
    private final boolean hasNeighbours;
    private final Set<String> asked = new HashSet<>();
    private final TreeSet<String> used = new TreeSet<>();
    private final Map<String, ModelFile> hashed = new TreeMap<>();

    /** A folder that has all its files. */
    public FolderFiles(Path root) {
        this(root, Source.NONE, false);
    }

    /** A folder that fills as its files are asked for. */
    public FolderFiles(Path root, Source source) {
        this(root, source, false);
    }

    private FolderFiles(Path root, Source source, boolean hasNeighbours) {
        this.root = root;
        this.source = source;
        this.hasNeighbours = hasNeighbours;
    }

    /** A folder that somebody named, whose files may name a folder beside it. */
    public static FolderFiles named(Path root) {
        return new FolderFiles(root, Source.NONE, true);
    }

    /** A folder of which some files were hashed before. */
    FolderFiles(Path root, List<ModelFile> known) {
        this(root);
        known.forEach(file -> hashed.put(file.name(), file));
    }

    public Path root() {
        return root;
    }

    /** The path of a name; one that no file of this host can have leads nowhere. */
    private Path resolved(String relative) {
        try {
            return root.resolve(relative);
        } catch (InvalidPathException e) {
            throw ModelProblem.invalid(
                    "%s: no file '%s'".formatted(root, ModelProblem.show(relative)),
                    "This host has no files of such names: %s.".formatted(ModelProblem.show(e.getReason())),
                    "Take the folder from the place where the model was published.");
        }
    }

    /** Whether something of that name is there; it is not opened, and not counted as used. */
    public boolean has(String directory, String name) {
        return Files.exists(root.resolve(directory).resolve(name));
    }

    /** The file {@code name} of the sub-folder {@code directory} ("" for the root), if it is there; counted as used then. */
    public Optional<Path> find(String directory, String name) {
        String relative = relative(directory, name);
        if (asked.add(relative)) {
            source.fetch(relative).ifPresent(file -> hashed.put(relative, file));
        }
        Path file = resolved(relative);
        if (!Files.exists(file) && !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }

        // Opening anything else, such as a named pipe, could wait for ever.
        if (!Files.isRegularFile(file)) {
            throw ModelProblem.invalid(
                    "%s: not a file".formatted(file),
                    "A folder, a broken link or a device stands where a file is expected.",
                    "Put the file there, or remove what stands in its place.");
        }
        if (used.add(relative)) {
            requireNoPointer(file);
        }
        return Optional.of(file);
    }

    /** A clone of a repository without Git LFS has small texts in place of its large files, and they look like anything. */
    private static void requireNoPointer(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = Files.size(file) <= MOST_POINTER_BYTES ? in.readNBytes(POINTER.length) : new byte[0];
            if (Arrays.equals(start, POINTER)) {
                throw ModelProblem.invalid(
                        "%s: a Git LFS pointer, not the file itself".formatted(file),
                        "The repository was cloned without Git LFS, which keeps large files elsewhere.",
                        "Run git lfs pull in the folder, or download the model from its hub.");
            }
        } catch (IOException e) {
            throw ModelProblem.unreadable(file, e);
        }
    }

    /** The same for a file that the model cannot do without; {@code absent} says so where there is none. */
    public Path require(String directory, String name, Supplier<EmbarkException> absent) {
        return find(directory, name).orElseThrow(() -> absence(directory, name, absent));
    }

    /** What to say of a file that was not found: {@code absent}, unless it may be that only this host does not have it. */
    public EmbarkException absence(String directory, String name, Supplier<EmbarkException> absent) {
        return source.reasonForAbsence(relative(directory, name)).orElseGet(absent);
    }

    /** The names of all files in a sub-folder, whether they are asked for or not. */
    public List<String> names(String directory) {
        Path folder = root.resolve(directory);
        try (Stream<Path> entries = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
            return Stream.concat(entries.map(entry -> entry.getFileName().toString()), source.names(directory))
                    .distinct()
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw ModelProblem.unreadable(folder, e);
        }
    }

    public Optional<JsonConfig> findJson(String directory, String name) {
        return find(directory, name).map(JsonConfig::read);
    }

    public JsonConfig json(String directory, String name) {
        return JsonConfig.read(require(
                directory,
                name,
                () -> ModelProblem.invalid(
                        "%s: no %s".formatted(root.resolve(directory), name),
                        "Every Sentence Transformers model has this file there.",
                        "Copy the whole folder of the model, or name the right one.")));
    }

    /** Checks a sub-folder that a file of the model names, and brings it to the form that {@link #find} takes. */
    public String subfolder(String subject, String path) {
        try {
            Path relative = Path.of(path);
            // ./1_Pooling and 1_Pooling/ are the same folder for Python. What follows .. depends on links.
            Path normal = relative.normalize();
            boolean plain = !relative.isAbsolute() && !path.contains("\\");
            boolean goesUp = List.of(path.split("/")).contains("..");
            if (plain && !goesUp && !leaves(root.resolve(normal))) {
                return normal.toString();
            }
        } catch (InvalidPathException e) {
            // No such path can exist: refused below like any other that is not inside.
        } catch (IOException e) {
            throw ModelProblem.unreadable(root.resolve(path), e);
        }
        throw ModelProblem.wrongFile(
                "%s: path is '%s'".formatted(subject, ModelProblem.show(path)),
                "The path of a module must stay inside the model's folder.");
    }

    /**
     * A folder that a file of the model names, within a sub-folder or beside the whole folder, in the form that {@link #find}
     * takes; empty for any other place. No name leads further.
     */
    public Optional<String> beside(String directory, String name) {
        try {
            Path path = Path.of(name).normalize();
            Path last = path.getFileName();
            if (name.contains("\\")
                    || last == null
                    || last.toString().equals("..")
                    || last.toString().isEmpty()) {
                return Optional.empty();
            }
            return isWithin(directory, path)
                    ? Optional.of(relative(directory, path.toString()))
                    : neighbour(path, last).map("../"::concat);
        } catch (InvalidPathException e) {
            // No such path can exist.
            return Optional.empty();
        } catch (IOException e) {
            throw ModelProblem.unreadable(root, e);
        }
    }

    private boolean isWithin(String directory, Path path) throws IOException {
        Path inside = root.resolve(directory).resolve(path);
        boolean goesUp = path.isAbsolute() || path.startsWith("..");
        boolean mayBe = source != Source.NONE || Files.isDirectory(inside);
        return !goesUp && mayBe && !leaves(inside);
    }

    /** The name of a folder that has the same parent, whichever way a path names it. */
    private Optional<String> neighbour(Path path, Path last) throws IOException {
        Path parent = root.toRealPath().getParent();
        if (!hasNeighbours
                || parent == null
                || !List.of(last, Path.of("..").resolve(last), parent.resolve(last))
                        .contains(path)) {
            return Optional.empty();
        }
        Path folder = parent.resolve(last);
        boolean there =
                Files.isDirectory(folder) && parent.equals(folder.toRealPath().getParent());
        return there ? Optional.of(last.toString()) : Optional.empty();
    }

    /** The size and SHA-256 of a file; each file is read once. */
    ModelFile describe(String name) {
        return hashed.computeIfAbsent(name, this::hash);
    }

    /** Every file that was asked for and is there, sorted by name. */
    public List<ModelFile> files() {
        return used.stream().map(this::describe).toList();
    }

    private static String relative(String directory, String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }

    private boolean leaves(Path directory) throws IOException {
        // A folder without files is often not copied, and a module such as Normalize needs none.
        return Files.exists(directory) && !directory.toRealPath().startsWith(root.toRealPath());
    }

    private ModelFile hash(String name) {
        Path file = root.resolve(name);
        MessageDigest digest = Digests.sha256();
        long bytes;
        try {
            bytes = Digests.add(digest, file);
        } catch (IOException e) {
            throw ModelProblem.unreadable(file, e);
        }
        return new ModelFile(name, bytes, HexFormat.of().formatHex(digest.digest()));
    }
}
