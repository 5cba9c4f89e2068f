/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.model.hub.HubReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelReferenceTest {
    @TempDir
    Path folder;

    @Test
    void theBundledNameWinsOverAFolder() throws IOException {
        Files.createDirectory(folder.resolve("all-MiniLM-L6-v2"));
        assertThat(ModelReference.read("all-MiniLM-L6-v2", List.of(folder))).isEqualTo(new ModelReference.Bundled());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"hdfs://host/models/e5", "s3a://bucket/my model", "viewfs:/e5", "abfss://a@b.c/e5", "hdfs:e5"})
    void aUriIsAPlaceOfHadoop(String uri) {
        assertThat(ModelReference.read(uri)).isEqualTo(new ModelReference.Remote(uri));
    }

    @Test
    void aNameOfTwoPartsIsOfAHubUnlessThereIsSuchAFolder() throws IOException {
        assertThat(ModelReference.read("org/name", List.of(folder)))
                .isEqualTo(new ModelReference.Hub(new HubReference("org/name", "main")));
        assertThat(ModelReference.read("org/name@v1.0", List.of(folder)))
                .isEqualTo(new ModelReference.Hub(new HubReference("org/name", "v1.0")));

        Path local = Files.createDirectories(folder.resolve("org/name"));
        assertThat(ModelReference.read("org/name", List.of(folder))).isEqualTo(new ModelReference.Folder(local));
    }

    @Test
    void aRelativeFolderIsTheFirstThatIsThere() throws IOException {
        Path first = folder.resolve("a");
        Path second = Files.createDirectories(folder.resolve("b/model"));
        assertThat(ModelReference.read("model", List.of(first, folder.resolve("b"))))
                .isEqualTo(new ModelReference.Folder(second));

        Path earlier = Files.createDirectories(first.resolve("model"));
        assertThat(ModelReference.read("model", List.of(first, folder.resolve("b"))))
                .isEqualTo(new ModelReference.Folder(earlier));
    }

    @ParameterizedTest
    @CsvSource({
        "all-MiniLM-L6-v2, all-MiniLM-L6-v2,",
        "/models/e5/, e5,",
        "/, /,",
        "s3a://bucket/models/e5, e5,",
        "org/name, org/name,",
        "org/name@refs/pr/1, org/name, refs/pr/1",
    })
    void aModelHasAShortNameAndPerhapsARevision(String reference, String name, String revision) {
        assertThat(ModelName.of(reference).name()).isEqualTo(name);
        assertThat(ModelName.of(reference).revision()).isEqualTo(Optional.ofNullable(revision));
    }
}
