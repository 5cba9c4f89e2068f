/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

/** That libtorch loads the archive is shown by {@link EncoderTest}. */
class ScriptArchiveTest {
    @Test
    void holdsTheFilesOfAModuleUncompressed() throws IOException {
        Map<String, byte[]> files = read(ScriptArchive.of("bert"));
        assertThat(files)
                .containsOnlyKeys(
                        "encoder/data.pkl", "encoder/code/__torch__.py", "encoder/constants.pkl", "encoder/version");
        assertThat(files.get("encoder/version")).asString().isEqualTo("10\n");
        assertThat(files.get("encoder/code/__torch__.py"))
                .asString(StandardCharsets.UTF_8)
                .startsWith("class Encoder(Module):")
                .contains("def forward(", "def encode(", "def pool(");
    }

    @Test
    void holdsOneClassWithWhatTheFamilyInherits() {
        for (String family : List.of("decoder", "program")) {
            assertThat(ScriptArchive.source(family))
                    .containsOnlyOnce("class ")
                    .containsOnlyOnce("def forward(")
                    .doesNotContain("import ");
        }
    }

    @Test
    void bringsNoWeights() {
        assertThat(ScriptArchive.of("bert").length).isLessThan(40_000);
    }

    @Test
    void isTheSameEveryTime() {
        assertThat(ScriptArchive.of("bert")).isEqualTo(ScriptArchive.of("bert"));
    }

    @Test
    void refusesAFamilyWithoutScript() {
        assertThatThrownBy(() -> ScriptArchive.of("bart"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no script bart.py");
    }

    private static Map<String, byte[]> read(byte[] archive) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
                files.put(entry.getName(), zip.readAllBytes());
            }
        }
        return files;
    }
}
