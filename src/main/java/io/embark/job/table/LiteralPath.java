/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import java.io.IOException;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Paths for Spark's readers, which take some signs of a name for a pattern. Its writers take each name as it is.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class LiteralPath {
    private static final Pattern SIGNS = Pattern.compile("[\\[\\]{}*?\\\\]");

    private LiteralPath() {}

    /** The pattern that only the path itself matches. */
    public static String escaped(String path) {
        return SIGNS.matcher(path).replaceAll("\\\\$0");
    }

    /** The same if something is there by this very name; else the path itself, as a pattern. */
    public static String escapedIfThere(String path, Configuration conf) throws IOException {
        if (!SIGNS.matcher(path).find()) {
            return path;
        }

        Path literal = new Path(path);
        return literal.getFileSystem(conf).exists(literal) ? escaped(path) : path;
    }

    /** Whether Hadoop cannot hold a path: it takes what stands before a colon of a name for a scheme. */
    public static boolean hasColon(String path) {
        return path.replaceFirst("^[a-zA-Z][-+.\\w]*:(//[^/]*)?(?=/)", "").indexOf(':') >= 0;
    }
}
