/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * A native library as it lies on the class path.
 *
 * @param name what it is called where it is unpacked to, with {@code /} between the parts
 * @param bytes its size
 * @param crc the CRC-32 of its content, which every jar has; -1 where it lies in no jar
 */
record NativeFile(String name, URL resource, long bytes, long crc) {
    /** Reads what the jar's directory says, and nothing of the content. */
    static NativeFile of(String name, URL resource) throws IOException {
        URLConnection connection = connection(resource);
        if (!(connection instanceof JarURLConnection inJar)) {
            return new NativeFile(name, resource, connection.getContentLengthLong(), -1);
        }
        try (JarFile jar = inJar.getJarFile()) {
            JarEntry entry = jar.getJarEntry(inJar.getEntryName());
            return new NativeFile(name, resource, entry.getSize(), entry.getCrc());
        }
    }

    InputStream open() throws IOException {
        return connection(resource).getInputStream();
    }

    /** A cached jar is shared by the whole process, and closed in mid-read when another class loader is closed. */
    private static URLConnection connection(URL resource) throws IOException {
        URLConnection connection = resource.openConnection();
        connection.setUseCaches(false);
        return connection;
    }
}
