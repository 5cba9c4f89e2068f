/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.ModelFolderBuilder.Format;
import io.embark.model.family.Architecture;
import io.embark.model.files.ModelFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Whether what a folder computes with is a network of Embark's own or a program. */
class BackboneReaderTest {
    private static final String TRUST =
            " Or set trust-model-code to true: it runs model.pt, which can do whatever you can.";

    @TempDir
    Path temporary;

    private ModelFolderBuilder builder;
    private Path folder;
    private Path program;

    @BeforeEach
    void build() {
        folder = temporary.resolve("model");
        program = folder.resolve("model.pt");
        builder = ModelFolderBuilder.in(folder).withoutWeights();
    }

    @Test
    void aProgramIsTheNetworkWhereItIsTrusted() {
        Programs.write(program, Programs.TENSOR);
        ModelFolder model = open(true);

        assertThat(model.specification().backbone()).isEqualTo(new Backbone.Program(program, 8, 16, 0));
        assertThat(model.specification().backbone().script()).isEqualTo("program");
        assertThat(model.specification().backbone().vocabulary()).isEmpty();
        assertThat(model.specification().modelType()).isEqualTo("bert");
        assertThat(model.specification().pooling()).containsExactly(PoolingMode.MEAN);
        assertThat(model.specification().normalizes()).isTrue();
        assertThat(model.specification().maxTokens()).isEqualTo(10);
        assertThat(model.files()).extracting(ModelFile::name).contains("model.pt", "tokenizer.json", "modules.json");
        assertThat(model.openWeights().tensors()).isEmpty();
    }

    @Test
    void theFingerprintIsThatOfTheProgramToo() {
        Programs.write(program, Programs.TENSOR);
        String before = open(true).fingerprint();
        Programs.write(program, Programs.giving("Tensor", "torch.neg(states)"));

        assertThat(open(true).fingerprint()).isNotEqualTo(before);
    }

    @Test
    void aProgramInPlaceOfWeightsIsRefusedByDefault() {
        Programs.write(program, Programs.TENSOR);
        assertRefused(
                () -> open(false),
                ErrorCode.MODEL_UNSUPPORTED,
                folder + ": the only weights are model.pt",
                "A pickle or TorchScript file runs code when it is read.",
                "Convert the model to safetensors: model.save_pretrained(folder, safe_serialization=True);"
                        + " on a hub, a revision refs/pr/N may have them."
                        + TRUST);
    }

    @Test
    void aProgramOfAnUnknownTypeIsRefusedByDefault() {
        builder.set("config.json", "model_type", "\"funnel\"");
        Programs.write(program, Programs.TENSOR);
        assertRefused(
                () -> open(false),
                ErrorCode.MODEL_UNSUPPORTED,
                "%s: unknown model_type 'funnel'".formatted(folder.resolve("config.json")),
                "It is an architecture of transformers that Embark does not compute. Known are: %s."
                        .formatted(String.join(", ", Families.modelTypes())),
                "Choose a model of one of these architectures." + TRUST);
        assertThat(Backbones.as(Backbone.Program.class, open(true)).file()).isEqualTo(program);
    }

    @Test
    void aFolderWithoutProgramIsRefusedAsEver() {
        for (boolean trusted : List.of(true, false)) {
            assertRefused(
                    () -> open(trusted),
                    ErrorCode.MODEL_INVALID,
                    folder + ": no weights",
                    "Looked for model.safetensors, model.safetensors.index.json and model.onnx.",
                    "Copy the whole folder of the model, or name the right one.");
        }
    }

    @Test
    void anotherProgramThanModelPtIsNone() {
        Programs.write(folder.resolve("pytorch_model.pt"), Programs.TENSOR);
        for (boolean trusted : List.of(true, false)) {
            assertRefused(
                    () -> open(trusted),
                    ErrorCode.MODEL_UNSUPPORTED,
                    folder + ": the only weights are pytorch_model.pt",
                    "A pickle or TorchScript file runs code when it is read.",
                    "Convert the model to safetensors: model.save_pretrained(folder, safe_serialization=True);"
                            + " on a hub, a revision refs/pr/N may have them.");
        }
    }

    /** Whoever opens a pipe that nobody writes to waits for ever. */
    @Test
    @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
    void aProgramIsNotEvenOpenedUnlessItIsTrusted() throws IOException, InterruptedException {
        builder.write();
        Process made = new ProcessBuilder("mkfifo", program.toString()).start();
        assertThat(made.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertRefused(
                () -> open(false),
                ErrorCode.MODEL_UNSUPPORTED,
                folder + ": the only weights are model.pt",
                "A pickle or TorchScript file runs code when it is read.");
    }

    @Test
    void whatEmbarkCanComputeItDoesTrustedOrNot() {
        for (Format format : List.of(Format.SAFETENSORS, Format.SHARDED_SAFETENSORS, Format.ONNX)) {
            folder = temporary.resolve(format.name());
            builder = ModelFolderBuilder.in(folder).format(format);
            Programs.write(folder.resolve("model.pt"), Programs.TENSOR);
            ModelFolder trusted = open(true);

            assertThat(Backbones.architecture(trusted).family()).isEqualTo("bert");
            assertThat(trusted.fingerprint()).isEqualTo(open(false).fingerprint());
            assertThat(trusted.files()).extracting(ModelFile::name).doesNotContain("model.pt");
        }
    }

    @Test
    void weightsOfAnUnknownTypeDoNotStandInTheWayOfAProgram() {
        builder.format(Format.SAFETENSORS).set("config.json", "model_type", "\"funnel\"");
        Programs.write(program, Programs.TENSOR);

        assertThat(Backbones.as(Backbone.Program.class, open(true)).file()).isEqualTo(program);
        assertThat(open(true).files()).extracting(ModelFile::name).doesNotContain("model.safetensors");
    }

    @Test
    void sizesAreThoseOfPoolingOrElseOfTheConfiguration() {
        Programs.write(program, Programs.TENSOR);
        builder.file("config.json", "{\"model_type\": \"funnel\"}").file("1_Pooling/config.json", """
                {"embedding_dimension": 12}""");
        assertThat(open(true).specification().backbone())
                .isEqualTo(new Backbone.Program(program, 12, Architecture.UNLIMITED, 0));

        Path plain = temporary.resolve("plain");
        Programs.write(plain.resolve("model.pt"), Programs.TENSOR);
        ModelFolderBuilder other = ModelFolderBuilder.in(plain)
                .withoutWeights()
                .without("modules.json")
                .file("config.json", """
                {"model_type": "funnel", "hidden_size": 24, "max_position_embeddings": 9, "pad_token_id": 1}""");
        ModelFolder stated = ModelReference.open(options(other, true));
        assertThat(stated.specification().backbone())
                .isEqualTo(new Backbone.Program(plain.resolve("model.pt"), 24, 9, 1));
    }

    private ModelFolder open(boolean trusted) {
        return ModelReference.open(options(builder, trusted));
    }

    private static EmbedOptions options(ModelFolderBuilder builder, boolean trusted) {
        return EmbedOptions.defaults()
                .with(EmbedOptions.MODEL, builder.write().toString())
                .with(EmbedOptions.TRUST_MODEL_CODE, trusted);
    }
}
