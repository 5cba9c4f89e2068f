/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import io.embark.base.Digests;
import io.embark.model.files.ModelFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A file as the hub describes it.
 *
 * @param name the path inside the model
 * @param bytes its size
 * @param etag what its blob is called in the cache: the SHA-256 of its content if it has 64 hexadecimal digits, git's SHA-1
 *     of it with 40; anything else says nothing about the content
 */
record HubFile(String name, long bytes, String etag) {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final int GIT_DIGITS = 40;

    /** Whether the etag says what the content must be. */
    boolean isHashed() {
        return isHash(etag);
    }

    static boolean isHash(String etag) {
        return HASH.matcher(etag).matches();
    }

    /** Whether a file has the size that it must have. */
    boolean fits(Path file) throws IOException {
        return Files.isRegularFile(file) && Files.size(file) == bytes;
    }

    /** Whether a file has the size and, if it is known, the hash that it must have. */
    boolean isIntact(Path file) throws IOException {
        return fits(file) && (!isHashed() || hash(file).equals(etag));
    }

    /** What such an intact file is, where the hub says it as models do. */
    Optional<ModelFile> described() {
        return isHashed() && etag.length() != GIT_DIGITS
                ? Optional.of(new ModelFile(name, bytes, etag))
                : Optional.empty();
    }

    /** The hash of a content, of the kind that the etag is; the etag itself if that is no hash. */
    String hash(Path content) throws IOException {
        if (!isHashed()) {
            return etag;
        }

        MessageDigest digest = etag.length() == GIT_DIGITS ? Digests.sha1() : Digests.sha256();
        if (etag.length() == GIT_DIGITS) {
            // https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
            digest.update(("blob " + Files.size(content) + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        Digests.add(digest, content);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** What kind of hash the etag is, for error messages. */
    String hashName() {
        return !isHashed() ? "the etag" : etag.length() == GIT_DIGITS ? "git's SHA-1" : "the SHA-256";
    }
}
