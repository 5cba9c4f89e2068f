/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.model.ModelFolderBuilder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that is loaded with the executor and closed with it. */
class EmbarkPluginTest {
    @TempDir
    Path folder;

    @Test
    void loadsTheModelBeforeTheFirstTaskAndClosesItWithTheApplication() throws Exception {
        Path absent = folder.resolve("absent");
        Path model = ModelFolderBuilder.in(folder.resolve("fresh")).write();
        List<String> output = OwnJvm.run(folder, EmbedWithPlugin.class, absent.toString(), model.toString());

        List<String> told = output.stream()
                .filter(line -> line.matches("said: .*|.* (Loaded|Closed|Could not load|No|load no) model .*"))
                .map(line -> line.replaceFirst("^.*(LeasedModels|ExecutorModels|EmbarkPlugin): ", "")
                        .replaceFirst(" in [0-9.]+ s", "")
                        .replaceFirst(": .*: ", ": "))
                .toList();
        assertThat(told)
                .containsExactly(
                        "Executors load no model at their start, their tasks will: no such folder",
                        "said: started",
                        "said: counted 5",
                        "said: stopped",
                        "Loaded model fresh on cpu in float32, 2 forward passes at a time",
                        "said: started",
                        "said: counted 5",
                        "said: embedded 20",
                        "Closed model fresh",
                        "said: stopped");
    }
}
