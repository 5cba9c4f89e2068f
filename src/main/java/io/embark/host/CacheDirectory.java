/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.host;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The folder on this host into which native libraries and the bundled model are unpacked, for all processes and, where it
 * lets them, for all users. Immutable and thread-safe.
 *
 * @param path the folder, absolute; not necessarily there yet
 * @hidden Public for Embark's other rooms only.
 */
public record CacheDirectory(Path path) {
    /** The environment variable that names the folder where {@link EmbedOptions#CACHE_DIR} does not. */
    public static final String VARIABLE = HostErrors.CACHE_VARIABLE;

    private static final String NAME = "embark";
    private static final String NATIVES = "natives";

    /**
     * The folder that the options, else the environment, else the user's home say.
     *
     * @throws io.embark.EmbarkException {@link ErrorCode#OPTION_INVALID} if it is not a path, or somebody else has taken the
     *     place of a user who has no home
     */
    public static CacheDirectory of(EmbedOptions options) {
        String chosen = options.get(EmbedOptions.CACHE_DIR);
        if (chosen == null || chosen.isBlank()) {
            chosen = System.getenv(VARIABLE);
        }
        return chosen == null || chosen.isBlank()
                ? ofUser()
                : new CacheDirectory(path(chosen).toAbsolutePath().normalize());
    }

    /** The folder of this user, whatever the options say; as {@link #of} where they say nothing. */
    public static CacheDirectory ofUser() {
        return home().orElseGet(CacheDirectory::temporary);
    }

    /**
     * Where native libraries may be that others unpacked. Only root and this user may be able to change what is loaded, which
     * is for the caller to check.
     */
    public Path natives() {
        return path.resolve(NATIVES);
    }

    /** Where to unpack native libraries to: the first of these that only root and this user can change. */
    public List<Path> nativesToUnpack() {
        Set<Path> places = new LinkedHashSet<>();
        // In a folder of many users each has one of his own, which a sticky folder keeps for him.
        places.add(isOfOthersToo() ? path.resolve(NATIVES + "-" + Owners.user()) : natives());
        home().ifPresent(home -> places.add(home.natives()));
        places.add(temporaryPath().resolve(NATIVES));
        return List.copyOf(places);
    }

    /** Makes such a place, unless it is there. */
    public void createNatives(Path place) throws IOException {
        if (place.equals(natives())) {
            // Others may load from it what they cannot change.
            Files.createDirectories(place, permissions(place, "rwxr-xr-x"));
        } else {
            createPrivateFolder(place);
        }
    }

    /**
     * Makes sure that the folder is there; nothing is written into one that is.
     *
     * @throws io.embark.EmbarkException {@link ErrorCode#NATIVES_UNAVAILABLE} if it cannot be made
     */
    public void create() {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw notWritable(e);
        }
    }

    /** Says that nothing can be unpacked here. */
    public EmbarkException notWritable(IOException thrown) {
        return HostErrors.cacheIsNotWritable(path, thrown);
    }

    /**
     * Refuses a library on a file system from which nothing may be executed.
     *
     * @throws io.embark.EmbarkException {@link ErrorCode#NATIVES_UNAVAILABLE}
     */
    public static void requireExecutable(Path library) {
        if (!Files.isExecutable(library)) {
            throw HostErrors.nothingIsExecuted(library.getParent());
        }
    }

    /** Permissions to make a file or folder with; the process may take some away, and never adds any. */
    public static FileAttribute<?>[] permissions(Path made, String permissions) {
        return made.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /** Whether this user is not alone with root in writing here, or may not write here at all. */
    public boolean isOfOthersToo() {
        return Files.isDirectory(path) && (!Owners.isOurs(path) || !Files.isWritable(path));
    }

    /**
     * Makes a folder somewhere in a cache, and those on the way to it, as open to others as the cache is.
     *
     * @param cache made as the system makes folders, if it is not there
     */
    public static void createFolders(Path cache, Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        if (folder.equals(cache) || !folder.startsWith(cache)) {
            Files.createDirectories(folder);
            return;
        }
        createFolders(cache, folder.getParent());
        Files.createDirectories(folder);
        SharedMode.inherit(folder);
    }

    /** Makes a folder that nobody else may enter, unless it is there. */
    public static void createPrivateFolder(Path folder) throws IOException {
        Path parent = folder.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            createPrivateFolder(parent);
        }
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, permissions(folder, "rwx------"));
        }
    }

    /**
     * Whether nobody but root and this user can change a file, or the list of a folder. The folders on the way to it do not
     * count, so this is for data that is checked against its hash.
     */
    public static boolean isOurs(Path entry) {
        return Owners.isOurs(entry);
    }

    /**
     * Who besides root and this user could put something else in the place of what a folder holds, in a sentence; empty if
     * nobody can. This is for folders from which programs are loaded.
     *
     * @param folder the real path of a folder that is there
     */
    public static Optional<String> stranger(Path folder) throws IOException {
        return Owners.stranger(folder);
    }

    /** Tells this user's files of a shared folder from those of others. */
    public static int user() {
        return Owners.user();
    }

    private static Optional<CacheDirectory> home() {
        Path home = Path.of(System.getProperty("user.home", "?"));
        return home.isAbsolute() && Files.isWritable(home)
                ? Optional.of(new CacheDirectory(home.resolve(".cache").resolve(NAME)))
                : Optional.empty();
    }

    /**
     * Service users, such as the one of Spark's own container image, have no home. In the folder for temporary files anybody can
     * take any name first, so whose it is says only its owner.
     */
    private static CacheDirectory temporary() {
        Path folder = temporaryPath();
        try {
            createPrivateFolder(folder);
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) || !Owners.isOurs(folder)) {
                throw HostErrors.placeIsTaken(folder);
            }
        } catch (IOException e) {
            throw HostErrors.cacheIsNotWritable(folder, e);
        }
        return new CacheDirectory(folder);
    }

    private static Path temporaryPath() {
        return Path.of(System.getProperty("java.io.tmpdir"))
                .resolve(NAME + "-" + Owners.user())
                .toAbsolutePath();
    }

    private static Path path(String chosen) {
        try {
            return Path.of(chosen);
        } catch (InvalidPathException e) {
            throw HostErrors.cacheIsNoPath(chosen, e);
        }
    }
}
