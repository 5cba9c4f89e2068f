/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelFolderBuilder.Format;
import io.embark.model.ModelReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxInitializersTest {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final String WORDS = "embeddings.word_embeddings.weight";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("model.onnx");
    }

    @Test
    void findsTheBytesOfAnInitializerInTheFile() throws IOException {
        byte[] data = {1, 2, 3, 4, 5, 6, 7, 8};
        new OnnxWriter()
                .initializer("a", FLOAT, List.of(2L, 1L), OnnxWriter.raw(data))
                .write(file);
        StoredTensor tensor = OnnxInitializers.read(file).get(0);
        assertThat(tensor.shape()).containsExactly(2L, 1L);
        assertThat(tensor.dataType()).contains(DataType.FLOAT32);
        byte[] whole = Files.readAllBytes(file);
        assertThat(Arrays.copyOfRange(whole, (int) tensor.offset(), (int) (tensor.offset() + tensor.bytes())))
                .isEqualTo(data);
    }

    @Test
    void readsDimensionsWrittenAsOnePack() {
        new OnnxWriter()
                .packDimensions()
                .initializer("a", FLOAT, List.of(1L, 2L), OnnxWriter.raw(new byte[8]))
                .write(file);
        assertThat(OnnxInitializers.read(file).get(0).shape()).containsExactly(1L, 2L);
    }

    @Test
    void namesTheAnonymousWeightOfALinearLayer() {
        linear(new OnnxWriter(), "MatMul").write(file);
        assertThat(find("layer.weight")).hasValueSatisfying(weight -> {
            assertThat(weight.transposed()).isTrue();
            assertThat(weight.canonicalShape()).containsExactly(1L, 2L);
        });
    }

    @Test
    void namesNothingAfterAnOperationOtherThanMatMul() {
        linear(new OnnxWriter(), "Mul").write(file);
        assertThat(find("layer.weight")).isEmpty();
    }

    @Test
    void prefersAWeightThatKeptItsName() {
        linear(new OnnxWriter(), "MatMul")
                .initializer("layer.weight", FLOAT, List.of(1L, 2L), OnnxWriter.raw(new byte[8]))
                .write(file);
        assertThat(find("layer.weight"))
                .hasValueSatisfying(weight -> assertThat(weight.transposed()).isFalse());
    }

    @Test
    void refusesAnInitializerGivenTwice() {
        new OnnxWriter()
                .initializer("a", FLOAT, List.of(1L), OnnxWriter.raw(new byte[4]))
                .initializer("a", FLOAT, List.of(1L), OnnxWriter.raw(new byte[4]))
                .write(file);
        assertRefused(
                () -> OnnxInitializers.read(file),
                ErrorCode.MODEL_INVALID,
                file + ": the initializer 'a' is given twice",
                "Which of them to use cannot be told.");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 0, Long.MAX_VALUE})
    void refusesBytesThatAreNotThoseOfTheShape(long dimension) {
        new OnnxWriter()
                .initializer("a", FLOAT, List.of(dimension), OnnxWriter.raw(new byte[8]))
                .write(file);
        assertRefused(
                () -> OnnxInitializers.read(file),
                ErrorCode.MODEL_INVALID,
                file + ": initializer 'a' has 8 bytes",
                "Its shape [%d] of FLOAT takes another size.".formatted(dimension));
    }

    @Test
    void refusesANegativeDimension() {
        new OnnxWriter()
                .initializer("a", FLOAT, List.of(-2L), OnnxWriter.raw(new byte[8]))
                .write(file);
        assertRefused(
                () -> OnnxInitializers.read(file),
                ErrorCode.MODEL_INVALID,
                file + ": an initializer has a dimension of -2",
                "Dimensions are not negative, and there are at most 16.");
    }

    @Test
    void refusesAFileCutOffWithinItsGraph() throws IOException {
        new OnnxWriter()
                .initializer("a", FLOAT, List.of(2L), OnnxWriter.raw(new byte[8]))
                .write(file);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 20; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> OnnxInitializers.read(file))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessageStartingWith(file + ": not a whole ONNX file\nReading it ended with: ")
                    .hasMessageEndingWith("\nCopy or download the model again.");
        }
    }

    @Test
    void refusesANeededTensorOfAnotherType() {
        refusesNeeded(
                new OnnxWriter().initializer(WORDS, INT64, List.of(20L, 8L), OnnxWriter.raw(new byte[1280])),
                "ONNX type 7");
    }

    @Test
    void refusesANeededTensorWhoseDataIsInAnotherFile() {
        OnnxWriter external =
                new OnnxWriter().initializer(WORDS, FLOAT, List.of(20L, 8L), out -> out.writeInt32(14, 1));
        refusesNeeded(external, "data in another file");
    }

    @Test
    void refusesANeededTensorWithoutRawData() {
        OnnxWriter listed = new OnnxWriter().initializer(WORDS, FLOAT, List.of(20L, 8L), out -> out.writeFloat(4, 1));
        refusesNeeded(listed, "a list of numbers instead of raw data");
    }

    private void refusesNeeded(OnnxWriter writer, String storedAs) {
        ModelFolderBuilder.in(folder).format(Format.ONNX).write();
        writer.write(file);
        assertRefused(
                () -> ModelReference.open(folder.toString(), folder).openWeights(),
                ErrorCode.MODEL_UNSUPPORTED,
                "%s: tensor %s is stored as %s".formatted(file, WORDS, storedAs),
                "Weights are read as float64, float32, float16 or bfloat16, in the file itself.",
                "Save the model in one of these formats, as safetensors.");
    }

    private static OnnxWriter linear(OnnxWriter writer, String operator) {
        return writer.node(operator, List.of("x", "anonymous"), "product")
                .node("Add", List.of("layer.bias", "product"), "sum")
                .initializer("layer.bias", FLOAT, List.of(1L), OnnxWriter.raw(new byte[4]))
                .initializer("anonymous", FLOAT, List.of(2L, 1L), OnnxWriter.raw(new byte[8]));
    }

    private Optional<StoredTensor> find(String name) {
        return OnnxInitializers.read(file).stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst();
    }
}
