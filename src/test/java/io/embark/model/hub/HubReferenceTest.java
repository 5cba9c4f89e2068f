/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.ErrorCode;
import io.embark.model.files.ModelProblem;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubReferenceTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @ParameterizedTest
    @CsvSource({
        "org/name, org/name, main",
        "org/name@v1.0, org/name, v1.0",
        "org/name@refs/pr/1, org/name, refs/pr/1",
        "BAAI/bge-small-en-v1.5, BAAI/bge-small-en-v1.5, main",
        "_a/b_@" + COMMIT + ", _a/b_, " + COMMIT
    })
    void isTwoPartsAndARevision(String reference, String id, String revision) {
        assertThat(HubReference.of(reference)).contains(new HubReference(id, revision));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "name",
                "all-MiniLM-L6-v2@main",
                "/org/name",
                "./name",
                "../name",
                "~/name",
                "a/b/c",
                "org/",
                "/name",
                "hdfs://host/name",
                "file:a/b",
                "s3a:org/name",
                "a\\b/c"
            })
    void isNotAPathNorAUri(String reference) {
        assertThat(HubReference.of(reference)).isEmpty();
    }

    @Test
    void isNotAFolderThatExists() {
        assertThat(Files.isDirectory(Path.of("src/main"))).isTrue();
        assertThat(HubReference.of("src/main")).isEmpty();
        assertThat(HubReference.of("src/mein")).contains(new HubReference("src/mein", "main"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a--b/c",
                "a/b..c",
                "a/-b",
                "a/b-",
                "a/b.",
                "a-/b",
                "a/b.git",
                "a/b c",
                "a/\u00e9",
                "a/b\n",
                "a/b\u0000"
            })
    void breaksNoRuleOfNames(String id) {
        assertRefused(
                () -> HubReference.of(id),
                ErrorCode.MODEL_NOT_FOUND,
                "model %s: not a name that a hub can have".formatted(ModelProblem.show(id)),
                "It is org/name, each of 1 to 96 letters, digits, '_', '-' and '.', without '--', '..', a '-' or '.' at an "
                        + "end, or '.git' at the last.",
                "Correct the name; if it is a folder, check that it exists on this host.");
    }

    @Test
    void hasNamesOfBoundedLength() {
        String longest = "a".repeat(96);
        assertThat(HubReference.of(longest + "/" + longest)).isPresent();
        assertRefused(
                () -> HubReference.of("org/" + longest + "a"),
                ErrorCode.MODEL_NOT_FOUND,
                "model org/%sa: not a name that a hub can have".formatted(longest),
                "It is org/name, each of 1 to 96 letters, digits, '_', '-' and '.', without '--', '..', a '-' or '.' at an "
                        + "end, or '.git' at the last.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a/../b", "/a", "a/", "a//b", ".a", "a/.b", "a b", "a@b", "a\\b", "a%2fb", "a\n"})
    void hasNoRevisionThatLeadsElsewhere(String revision) {
        assertRefused(
                () -> HubReference.of("org/name@" + revision),
                ErrorCode.MODEL_NOT_FOUND,
                "model org/name: '%s' is not a revision".formatted(ModelProblem.show(revision)),
                "A revision is the name of a branch or a tag, or a commit of 40 hexadecimal digits.",
                "Write org/name@ and one of these, or leave the @ out for main.");
    }

    @Test
    void isPinnedByAFullCommitOnly() {
        HubReference branch = new HubReference("org/name", "main");
        assertThat(branch.isPinned()).isFalse();
        assertThat(branch.at(COMMIT).isPinned()).isTrue();
        assertThat(branch.at(COMMIT.substring(1)).isPinned()).isFalse();
        assertThat(branch.at(COMMIT)).hasToString("org/name@" + COMMIT);
    }
}
