/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.Option;
import io.embark.Precision;
import io.embark.host.CpuFeatures;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.Programs;
import io.embark.model.weights.DataType;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InspectCommandTest {
    @TempDir
    Path folder;

    @Test
    void showsWhatAModelIs() {
        Path model = ModelFolderBuilder.in(folder.resolve("tiny"))
                .set("config_sentence_transformers.json", "prompts", "{\"query\": \"query: \", \"document\": \"\"}")
                .write();
        Outcome outcome = Outcome.of("inspect", "--model", model.toString());

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("Model         tiny\n")
                .contains("Path          %s\n".formatted(model))
                .contains("Architecture  bert (bert), 2 layers, hidden size 8, ")
                .contains("Numbers       stored as float32, computed in float32 on CPUs\n")
                .contains("Pooling       mean\n")
                .contains("Then          normalize\n")
                .contains("Dimension     8 components\n")
                .contains("Bytes         float32 32, int8 8, uint8 8, binary 1, ubinary 1\n")
                .contains("Limits        10 tokens; positions for 16\n")
                .contains("Prompts       query = \"query:\"\n")
                .containsPattern("Fingerprint   [0-9a-f]{64}\n")
                .containsPattern("config.json +\\d+ bytes +[0-9a-f]{64}\n")
                .containsPattern("model.safetensors +\\S+ kB +[0-9a-f]{64}\n");
    }

    @Test
    void showsTheFormatOfTheFileAndTheOneThatItComputesIn() {
        Path model = ModelFolderBuilder.in(folder.resolve("tiny"))
                .set("config.json", "torch_dtype", "\"bfloat16\"")
                .dataType(DataType.BFLOAT16)
                .write();
        assertThat(Outcome.of("inspect", "--model", model.toString()).out())
                .contains("Numbers       stored as bfloat16, computed in float32 on CPUs\n");
        assertThat(Outcome.of("inspect", "--model", model.toString(), "--json").out())
                .containsPattern("\"storedAs\": *\\[\\s*\"bfloat16\"\\s*]");
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "INT8"})
    void triesAPrecisionThatTheCpuHas(Precision precision) {
        Path model = ModelFolderBuilder.in(folder.resolve("tiny")).write();
        String name = Option.write(precision);
        Outcome text = Outcome.of("inspect", "--model", model.toString(), "--precision", name);
        if (!CpuFeatures.have(precision)) {
            assertThat(text.errorLines().get(0))
                    .contains("option precision: %s is not to be had on host ".formatted(name));
            return;
        }
        Outcome json = Outcome.of("inspect", "--model", model.toString(), "--precision", name, "--json");

        assertThat(text.code()).as(text.err()).isZero();
        assertThat(text.err()).contains("embedding 1,000 glosses in float32 and %s".formatted(name));
        assertThat(text.out())
                .containsPattern("Precision     %s against float32: cosine [01]\\.\\d+ mean, [01]\\.\\d+ worst; "
                        .formatted(name))
                .containsPattern("\\d+\\.\\d times as fast on this CPU, over 1,000 texts\n");
        JsonObject tried = JsonParser.parseString(json.out()).getAsJsonObject().getAsJsonObject("precision");
        assertThat(tried.get("name").getAsString()).isEqualTo(name);
        assertThat(tried.get("meanCosine").getAsDouble()).isBetween(0.99, 1.0);
        assertThat(tried.keySet())
                .containsExactly(
                        "name", "texts", "meanCosine", "worstCosine", "top10Overlap", "spearman", "timesAsFast");
    }

    @Test
    void showsAProgramAsCode() {
        Path model =
                ModelFolderBuilder.in(folder.resolve("tiny")).withoutWeights().write();
        Programs.write(model.resolve("model.pt"), Programs.TENSOR);
        Outcome text = Outcome.of("inspect", "--model", model.toString(), "--trust-model-code", "true");
        Outcome json = Outcome.of("inspect", "--model", model.toString(), "--trust-model-code", "true", "--json");

        assertThat(text.code()).as(text.err()).isZero();
        assertThat(text.out())
                .contains("Architecture  program (bert), hidden size 8, code that runs: model.pt\n")
                .containsPattern("model.pt +\\S+ \\S+ +[0-9a-f]{64}\n");
        JsonObject facts = JsonParser.parseString(json.out()).getAsJsonObject();
        assertThat(facts.get("architecture").getAsString()).isEqualTo("program");
        assertThat(facts.keySet()).doesNotContain("layers", "parameters");
    }

    @Test
    void showsTasksAdaptersAndModulesBeforePooling() throws URISyntaxException {
        Outcome router = Outcome.of("inspect", "--model", fixture("router-asym"), "--task", "document");
        Outcome adapter = Outcome.of("inspect", "--model", fixture("lora"));
        Outcome tokens = Outcome.of("inspect", "--model", fixture("dense-before-pooling"));

        assertThat(router.out()).containsPattern("Tasks +query, document\n").contains("dense:none:none, normalize");
        assertThat(adapter.out())
                .containsPattern("Adapter +LoRA, added to 8 matrices\n")
                .contains("base/model.safetensors");
        assertThat(tokens.out()).containsPattern("Tokens +dense:leaky_relu:input, normalize, dense:tanh:projected\n");
    }

    private static String fixture(String name) throws URISyntaxException {
        return Path.of(InspectCommandTest.class
                        .getResource("/io/embark/families/" + name)
                        .toURI())
                .toString();
    }

    @Test
    void printsJson() {
        Path model = ModelFolderBuilder.in(folder.resolve("tiny")).write();
        Outcome outcome = Outcome.of("inspect", "--model", model.toString(), "--json");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        JsonObject facts = JsonParser.parseString(outcome.out()).getAsJsonObject();
        assertThat(facts.get("name").getAsString()).isEqualTo("tiny");
        assertThat(facts.get("dimension").getAsInt()).isEqualTo(8);
        assertThat(facts.getAsJsonObject("bytesPerVector").get("float32").getAsInt())
                .isEqualTo(32);
        assertThat(facts.getAsJsonObject("bytesPerVector").get("ubinary").getAsInt())
                .isEqualTo(1);
        assertThat(facts.get("fingerprint").getAsString()).hasSize(64);
        assertThat(facts.getAsJsonArray("files").get(0).getAsJsonObject().keySet())
                .containsExactly("name", "bytes", "sha256");
    }

    @Test
    void refusesAModelThatIsNotThere() {
        Outcome outcome = Outcome.of("inspect", "--model", "/nowhere");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.errorLines()).hasSize(3);
        assertThat(outcome.errorLines().get(0)).isEqualTo("model /nowhere: no such folder");
    }
}
