/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a file begins, unpacked as Spark unpacks it. */
final class FileHead {
    private static final Logger LOG = LoggerFactory.getLogger(FileHead.class);

    /** Enough for one letter that is not ASCII in nearly every text that has some. */
    private static final int MOST_BYTES = 1 << 18;

    /** On an object store each costs a request, before the first row is read. */
    private static final int MOST_FILES = 8;

    private final Path file;
    private final byte[] bytes;
    private final boolean whole;

    private FileHead(Path file, byte[] bytes, boolean whole) {
        this.file = file;
        this.bytes = bytes;
        this.whole = whole;
    }

    /** The heads of some files, evenly spread over all of them; without those that cannot be read, as their reader will say. */
    static List<FileHead> some(List<Path> files, Configuration conf) {
        List<FileHead> heads = new ArrayList<>();
        int count = Math.min(files.size(), MOST_FILES);
        for (int i = 0; i < count; i++) {
            Path file = files.get((int) ((long) i * files.size() / count));
            try {
                heads.add(read(file, conf));
            } catch (IOException | RuntimeException | LinkageError e) {
                LOG.debug("Not looked at: {}", file, e);
            }
        }
        return heads;
    }

    private static FileHead read(Path file, Configuration conf) throws IOException {
        CompressionCodec codec = new CompressionCodecFactory(conf).getCodec(file);
        try (InputStream stored = file.getFileSystem(conf).open(file);
                InputStream unpacked = codec == null ? stored : codec.createInputStream(stored)) {
            byte[] bytes = unpacked.readNBytes(MOST_BYTES);
            return new FileHead(file, bytes, unpacked.read() < 0);
        }
    }

    Path file() {
        return file;
    }

    /** Its first bytes, not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    /** Whether these bytes are all of it. */
    boolean whole() {
        return whole;
    }

    /** Where the text begins: behind the mark of UTF-8, if there is one. */
    int start() {
        return startsWith(0xef, 0xbb, 0xbf) ? 3 : 0;
    }

    boolean startsWith(int... values) {
        if (bytes.length < values.length) {
            return false;
        }
        for (int i = 0; i < values.length; i++) {
            if ((bytes[i] & 0xff) != values[i]) {
                return false;
            }
        }
        return true;
    }
}
