/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.family.TensorShape;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.ModelFile;
import io.embark.model.weights.DataType;
import io.embark.model.weights.SafetensorsWriter;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where an adapter's base is looked for, and which adapters are refused. The vectors are the oracle's: fixtures lora*. */
class LoraAdapterTest {
    private static final String CONFIG = "adapter_config.json";
    private static final String BASE = "base_model_name_or_path";
    private static final String ELSEWHERE =
            "An adapter only holds changes to another model's weights, which are looked for in the"
                    + " adapter's folder and beside it, and are not downloaded.";

    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void copyTheFixture() throws IOException, URISyntaxException {
        folder = copy("lora", temporary.toRealPath().resolve("parent").resolve("adapted"));
    }

    private static Path copy(String name, Path folder) throws IOException, URISyntaxException {
        Path fixture = Path.of(
                LoraAdapterTest.class.getResource("/io/embark/families/" + name).toURI());
        try (Stream<Path> files = Files.walk(fixture)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = folder.resolve(fixture.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
        return folder;
    }

    @Test
    void addsToEachMatrixByItsOwnRankAndFactor() {
        assertThat(open().changes())
                .hasSize(8)
                .containsKeys("encoder.layer.0.attention.self.query.weight", "encoder.layer.1.output.dense.weight");
        assertScale("encoder.layer.0.attention.self.query.weight", 6.0 / 2);
        assertScale("encoder.layer.1.attention.self.query.weight", 6.0 / 4);
        assertScale("encoder.layer.1.attention.self.value.weight", 3.0 / 4);
        set("use_rslora", "true");
        assertScale("encoder.layer.1.attention.self.value.weight", 3.0 / 2);
    }

    /** PEFT's rules are about the network's own modules, whatever stood around it when the adapter was trained. */
    @Test
    void aPatternDoesNotNameWhatStoodAroundTheNetwork() throws IOException, URISyntaxException {
        folder = copy("lora-language-model", folder.resolveSibling("other"));
        set("use_rslora", "false");
        set(
                "alpha_pattern",
                "{\"bert.encoder.layer.0.intermediate.dense\": 20, \"^encoder.layer.1.intermediate.dense\": 6}");
        assertScale("encoder.layer.0.intermediate.dense.weight", 8.0 / 2);
        assertScale("encoder.layer.1.intermediate.dense.weight", 6.0 / 2);
    }

    /** A file may have the matrix by itself or within a larger one, and the change must reach it in both. */
    @Test
    void refusesAChangeOfAMatrixThatFilesHaveInParts() throws IOException, URISyntaxException {
        Path base = folder.resolve("base");
        for (String name : new String[] {"config.json", "model.safetensors"}) {
            Files.delete(base.resolve(name));
            Files.copy(
                    Path.of(LoraAdapterTest.class
                            .getResource("/io/embark/families/nomic-bert/" + name)
                            .toURI()),
                    base.resolve(name));
        }
        Path adapter = folder.resolve("adapter_model.safetensors");
        String module = "base_model.model.encoder.layers.0.attn.Wqkv.";
        SafetensorsWriter.write(
                adapter,
                DataType.FLOAT32,
                List.of(
                        new TensorShape(module + "lora_A.weight", List.of(2L, 32L)),
                        new TensorShape(module + "lora_B.weight", List.of(96L, 2L))),
                shape -> new float
                        [shape.shape().get(0).intValue() * shape.shape().get(1).intValue()]);
        set("target_modules", "[\"Wqkv\"]");
        assertThatThrownBy(this::open)
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining("Files of this architecture have it alone or as a part of another layer.");
    }

    private void assertScale(String matrix, double scale) {
        assertThat(open().changes().get(matrix).scale()).isCloseTo(scale, within(1e-12));
    }

    @Test
    void theBaseIsPartOfTheModel() {
        assertThat(open().files())
                .extracting(ModelFile::name)
                .contains("base/config.json", "base/model.safetensors", CONFIG, "adapter_model.safetensors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "./base", "base/", "../base", "/PARENT/base"})
    void theBaseMayLieBesideTheAdapter(String name) throws IOException {
        Files.move(folder.resolve("base"), folder.resolveSibling("base"));
        set(BASE, "\"%s\"".formatted(name.replace("/PARENT", folder.getParent().toString())));
        assertThat(open().files()).extracting(ModelFile::name).contains("../base/model.safetensors");
        assertThat(open().openWeights().tensors()).containsKey("encoder.layer.0.attention.self.query.weight");
    }

    @Test
    void theBaseMayLieInTheSameFolder() throws IOException {
        for (String name : new String[] {"config.json", "model.safetensors"}) {
            Files.move(folder.resolve("base").resolve(name), folder.resolve(name));
        }
        set(BASE, "\"org/other\"");
        assertThat(open().changes()).hasSize(8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org/model",
                "/etc",
                "..",
                ".",
                "../..",
                "../../base",
                "base/..",
                "../adapted/../../base",
                "link",
                "../link"
            })
    void refusesABaseThatLiesElsewhere(String name) throws IOException {
        Files.move(folder.resolve("base"), temporary.resolve("base"));
        Files.createSymbolicLink(folder.resolve("link"), temporary.resolve("base"));
        Files.createSymbolicLink(folder.resolveSibling("link"), temporary.resolve("base"));
        set(BASE, "\"%s\"".formatted(name));
        assertRefused(
                this::open,
                ErrorCode.MODEL_UNSUPPORTED,
                "%s: base_model_name_or_path is '%s'".formatted(folder.resolve(CONFIG), name),
                ELSEWHERE);
    }

    @Test
    void whatWasCopiedHasNothingBesideIt() throws IOException {
        Files.move(folder.resolve("base"), folder.resolveSibling("base"));
        ModelChoice choice = new ModelChoice(ModelCode.NEEDS_FOLDER, Optional.empty());
        assertThat(ModelFolder.read("there", FolderFiles.named(folder), choice).changes())
                .hasSize(8);
        assertRefused(
                () -> ModelFolder.read("there", new FolderFiles(folder), choice),
                ErrorCode.MODEL_UNSUPPORTED,
                "%s: base_model_name_or_path is 'base'".formatted(folder.resolve(CONFIG)),
                ELSEWHERE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            peft_type           | "LOHA"                    | peft_type is 'LOHA'
            use_dora            | true                      | use_dora is true
            bias                | "lora_only"               | bias is lora_only
            lora_bias           | true                      | lora_bias is true
            modules_to_save     | ["pooler"]                | modules_to_save is
            init_lora_weights   | "pissa"                   | init_lora_weights is pissa
            layer_replication   | [[0, 1]]                  | layer_replication is
            target_parameters   | ["a"]                     | target_parameters is
            trainable_token_indices | [1]                   | trainable_token_indices is
            use_qalora          | true                      | use_qalora is true
            kasa_config         | {"a": 1}                  | kasa_config is
            rank_pattern        | {"(a+)+$": 2}             | rank_pattern: key '(a+)+$'
            """)
    void refusesOtherKindsByName(String field, String json, String problem) {
        set(field, json);
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_UNSUPPORTED))
                .hasMessageStartingWith("%s: %s".formatted(folder.resolve(CONFIG), problem));
    }

    @Test
    void refusesTensorsThatItsConfigurationDoesNotDescribe() {
        Path tensors = folder.resolve("adapter_model.safetensors");
        set("target_modules", "[\"query\"]");
        assertRefused(
                this::open,
                ErrorCode.MODEL_UNSUPPORTED,
                tensors + ": encoder.layer.0.attention.output.dense",
                "The field target_modules does not name it.");
        set("target_modules", "\"all-linear\"");
        set("r", "5");
        assertRefused(
                this::open,
                ErrorCode.MODEL_INVALID,
                tensors
                        + ": tensor base_model.model.encoder.layer.0.attention.output.dense.lora_A.weight has the shape [4, 32]",
                "The rank that adapter_config.json gives to it is 5.");
    }

    private void set(String field, String json) {
        Path file = folder.resolve(CONFIG);
        try {
            JsonObject object = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            object.add(field, JsonParser.parseString(json));
            Files.writeString(file, object.toString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private ModelFolder open() {
        return ModelReference.open(EmbedOptions.defaults().with(EmbedOptions.MODEL, folder.toString()));
    }
}
