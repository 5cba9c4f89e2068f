/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Option;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.util.Identifiable;

/**
 * An option of {@link EmbedOptions} as a param of Spark ML. Takes whatever reads as a value of the option, so that Python can
 * set a number and a saved pipeline its text.
 */
final class OptionParam extends Param<Object> {
    private static final long serialVersionUID = 1L;

    private static final Pattern LINK = Pattern.compile("-(.)");

    private final String key;

    OptionParam(Identifiable parent, Option<?> option) {
        super(
                parent,
                LINK.matcher(option.key()).replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT)),
                "%s It takes %s. If it is not set, the session decides, else the default (%s)."
                        .formatted(option.description(), option.values(), option.defaultText()));
        this.key = option.key();
    }

    String key() {
        return key;
    }

    /** @throws EmbarkException if the option does not take the value */
    @Override
    public void validate(Object value) {
        EmbedOptions.option(key).parse(String.valueOf(value));
    }

    @Override
    public String jsonEncode(Object value) {
        return super.jsonEncode(String.valueOf(value));
    }
}
