/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import io.embark.EmbarkException;
import io.embark.Option;
import io.embark.base.NearestName;
import java.util.Collection;

/** What is refused of Spark's configuration, one method for each mistake. */
final class ConfigurationErrors {
    private ConfigurationErrors() {}

    /**
     * @param prefix what stands before each key in the configuration
     * @param key the key without the prefix
     */
    static EmbarkException unknownKey(String prefix, String key, Collection<String> known) {
        EmbarkException unknown = Option.unknown(key, known);
        String own = prefix + key;
        return new EmbarkException(
                unknown.code(),
                "%s: %s".formatted(own, unknown.problem()),
                unknown.reason(),
                NearestName.find(key, known)
                        .map(nearest -> "Did you mean %s%s? Take the other one back, in SQL with RESET %s."
                                .formatted(prefix, nearest, own))
                        .orElse("Take it back, in SQL with RESET %s, or choose one of these.".formatted(own)));
    }
}
