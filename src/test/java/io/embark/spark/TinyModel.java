/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.encode.Embedder;
import io.embark.model.ModelFolderBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A model of 8 components that loads in milliseconds, and what it gives without Spark. As a registered extension in a static
 * field it lives as long as its class's tests run.
 */
public final class TinyModel implements AutoCloseable, AfterAllCallback {
    private final EmbedOptions options;
    private final Embedder embedder;

    private TinyModel(EmbedOptions options) {
        this.options = options;
        this.embedder = Embedder.open(options);
    }

    /** Writes it to a folder of its own, which goes after all tests of the class that it is registered in. */
    public static TinyModel registered() {
        try {
            return in(Files.createTempDirectory("embark-").resolve("model"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes it to a folder that no test used before, so that no JVM has loaded it yet. */
    public static TinyModel in(Path folder) {
        return new TinyModel(EmbedOptions.defaults()
                .with(EmbedOptions.MODEL, ModelFolderBuilder.in(folder).write().toString()));
    }

    public EmbedOptions options() {
        return options;
    }

    public Column embed(String column) {
        return EmbarkFunctions.embed(functions.col(column), options);
    }

    public Column embed(Column column) {
        return EmbarkFunctions.embed(column, options);
    }

    float[] vector(String text) {
        return embedder.embed(Collections.singletonList(text))[0];
    }

    public void assertVector(float[] actual, String text) {
        float[] expected = vector(text);
        assertThat(Plans.isClose(actual, expected))
                .as("'%s': %s is not %s", text, Plans.text(actual), Plans.text(expected))
                .isTrue();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        close();
        FileUtils.deleteDirectory(
                Path.of(options.get(EmbedOptions.MODEL)).getParent().toFile());
    }

    @Override
    public void close() {
        embedder.close();
    }
}
