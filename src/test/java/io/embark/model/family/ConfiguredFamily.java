/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.ErrorCode;
import io.embark.model.ConfigFile;
import io.embark.model.Refusals;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Gives each test a configuration file of its own, and reads it as a family does. */
public abstract class ConfiguredFamily {
    public static final String FROM_PUBLISHER = "Take the file from the place where the model was published.";

    private final Family family;
    private final String content;

    @TempDir
    private Path folder;

    public ConfigFile config;

    public ConfiguredFamily(Family family, String content) {
        this.family = family;
        this.content = content;
    }

    @BeforeEach
    public void configure() {
        configure(content);
    }

    /** Takes another file instead. */
    public void configure(String other) {
        config = new ConfigFile(folder, other);
    }

    public Architecture read() {
        return family.read(config.read());
    }

    /** The file gives a network for texts of any length that is like this; its tensors and its 16-bit type are to be looked at. */
    public ListAssert<TensorShape> assertRead(
            String script,
            int hiddenSize,
            int layers,
            Map<String, Double> numbers,
            Map<String, String> choices,
            long multiplyAddsPerToken) {
        Architecture read = read();
        assertThat(read)
                .isEqualTo(new Architecture(
                                script, hiddenSize, layers, Architecture.UNLIMITED, numbers, choices, read.tensors())
                        .withSixteenBitType(read.sixteenBitType()));
        assertThat(LinearLayers.multiplyAddsPerToken(read.tensors())).isEqualTo(multiplyAddsPerToken);
        return assertThat(read.tensors());
    }

    /** The file is refused; {@code problem} stands behind its path. */
    public void assertRefused(ErrorCode code, String problem, String cause, String remedy) {
        Refusals.assertRefused(this::read, code, config.path() + ": " + problem, cause, remedy);
    }
}
