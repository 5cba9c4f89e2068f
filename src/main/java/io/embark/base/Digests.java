/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.base;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Hashes of contents.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Digests {
    private static final int BUFFER_BYTES = 1 << 20;

    private Digests() {}

    public static MessageDigest sha256() {
        return digest("SHA-256");
    }

    /** The SHA-256 of a file, 64 lower-case hexadecimal digits. */
    public static String sha256(Path file) throws IOException {
        MessageDigest digest = sha256();
        add(digest, file);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The hash that git names its objects by, which nothing should trust against somebody who means harm. */
    public static MessageDigest sha1() {
        return digest("SHA-1");
    }

    /** Adds the content of a file; returns its size in bytes. */
    public static long add(MessageDigest digest, Path file) throws IOException {
        long bytes = 0;
        try (InputStream in = Files.newInputStream(file)) {
            // Most files are small, and one byte more than they have tells their end.
            byte[] buffer = new byte[(int) Math.min(Files.size(file) + 1, BUFFER_BYTES)];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                bytes += read;
            }
        }
        return bytes;
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }
}
