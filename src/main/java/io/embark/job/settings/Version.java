/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which Embark this is. */
final class Version {
    private static final String PROPERTIES = "/META-INF/maven/io.embark/embark-spark-3.5_2.12/pom.properties";

    private Version() {}

    /** The version as Maven wrote it into the jar, for people. */
    static String read() {
        try (InputStream stream = Version.class.getResourceAsStream(PROPERTIES)) {
            if (stream == null) {
                return "(not packaged)";
            }

            Properties properties = new Properties();
            properties.load(stream);
            return properties.getProperty("version");
        } catch (IOException e) {
            return "(unknown: %s)".formatted(e.getMessage());
        }
    }
}
