/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of PyTorch whose libraries are needed: that for which DJL's bridge to them was built, as its jar says. */
final class TorchVersion {
    private static final String FILE = "/jnilib/pytorch.properties";

    private TorchVersion() {}

    /** Such as 2.7.1. */
    static String get() {
        Properties properties = new Properties();
        try (InputStream in = TorchVersion.class.getResourceAsStream(FILE)) {
            if (in == null) {
                return "(see the manual)";
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Behind it stands DJL's own version.
        return properties.getProperty("jni_version", "").replaceFirst("-.*", "");
    }
}
