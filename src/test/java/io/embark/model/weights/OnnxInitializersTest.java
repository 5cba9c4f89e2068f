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
import org.junit.jupiter.params.provider.CsvSource;
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
        StoredTensor tensor = OnnxInitializers.read(file, List.of()).get(0);
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
        assertThat(OnnxInitializers.read(file, List.of()).get(0).shape()).containsExactly(1L, 2L);
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

    @ParameterizedTest
    @ValueSource(strings = {"onnx::MatMul_17", "17"})
    void namesAWeightWithoutABiasAfterThePlaceOfItsMatMul(String anonymous) {
        new OnnxWriter()
                .node("MatMul", "", "/layers.0/mlp/up_proj/MatMul", List.of("x", anonymous), "product")
                .node("MatMul", "", "/layers.0/attn/MatMul", List.of("query", "key"), "scores")
                .node("MatMul", "", "/pooler/MatMul", List.of("y", "named"), "pooled")
                .initializer(anonymous, FLOAT, List.of(2L, 1L), OnnxWriter.raw(new byte[8]))
                .initializer("named", FLOAT, List.of(2L, 1L), OnnxWriter.raw(new byte[8]))
                .write(file);
        assertThat(find("layers.0.mlp.up_proj.weight")).hasValueSatisfying(weight -> assertThat(weight.canonicalShape())
                .containsExactly(1L, 2L));
        assertThat(find("layers.0.attn.weight")).isEmpty();
        assertThat(find("pooler.weight")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"10, FLOAT16, 2", "11, FLOAT64, 8", "16, BFLOAT16, 2"})
    void readsNumbersOfOtherFormats(int type, DataType dataType, int bytes) {
        new OnnxWriter()
                .initializer("a", type, List.of(3L), OnnxWriter.raw(new byte[3 * bytes]))
                .write(file);
        assertThat(find("a"))
                .hasValueSatisfying(tensor -> assertThat(tensor.dataType()).contains(dataType));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"DynamicQuantizeLinear", "MatMulInteger", "QLinearMatMul", "DequantizeLinear", "MatMulNBits"})
    void refusesAQuantisedModelByItsCause(String operator) {
        new OnnxWriter().node(operator, List.of("x", "y"), "z").write(file);
        assertRefused(
                () -> OnnxInitializers.read(file, List.of()),
                ErrorCode.MODEL_UNSUPPORTED,
                file + ": the model is quantised: it has a node " + operator,
                "Its weights are whole numbers, whose rounding cannot be undone.",
                "Take the model in float32, as safetensors or model.onnx.");
    }

    @Test
    void refusesAModelThatWasOptimisedForOneRuntime() {
        new OnnxWriter()
                .node("Attention", "com.microsoft", "", List.of("x", "qkv"), "z")
                .write(file);
        assertRefused(
                () -> OnnxInitializers.read(file, List.of()),
                ErrorCode.MODEL_UNSUPPORTED,
                file + ": the model is optimised for ONNX Runtime: it has a node Attention",
                "The weights of several layers became one, and their names are lost.",
                "Take the model as it was before, as safetensors or model.onnx.");
    }

    @Test
    void findsNumbersInAFileBesideIt() throws IOException {
        Path data = folder.resolve("model.onnx_data");
        Files.write(data, new byte[20]);
        external("model.onnx_data", "8", "12");
        assertThat(OnnxInitializers.read(file, List.of(data)))
                .singleElement()
                .isEqualTo(new StoredTensor(
                        "a", "FLOAT32", Optional.of(DataType.FLOAT32), List.of(3L), data, 8, 12, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../model.onnx_data", "/etc/passwd", "./model.onnx_data", "other", ""})
    void opensNoFileThatADataLocationNames(String location) throws IOException {
        Path data = folder.resolve("model.onnx_data");
        Files.write(data, new byte[20]);
        external(location, "0", "12");
        StoredTensor tensor = OnnxInitializers.read(file, List.of(data)).get(0);
        assertThat(tensor.dataType()).isEmpty();
        assertThat(tensor.storedType()).isEqualTo("data in another file, '%s'".formatted(location));
    }

    @ParameterizedTest
    @CsvSource({
        "9, 12, length, 12, 11",
        "-1, 12, offset, -1, 20",
        "0, 99999999999999999999, length, 99999999999999999999, 20"
    })
    void refusesNumbersBeyondTheFileThatHasThem(String offset, String length, String key, String value, String most)
            throws IOException {
        Path data = folder.resolve("model.onnx_data");
        Files.write(data, new byte[20]);
        external("model.onnx_data", offset, length);
        assertRefused(
                () -> OnnxInitializers.read(file, List.of(data)),
                ErrorCode.MODEL_INVALID,
                "%s: initializer 'a' has the %s '%s'".formatted(file, key, value),
                "It is a number of bytes within the file that has the data, from 0 to %s.".formatted(most));
    }

    private void external(String location, String offset, String length) {
        new OnnxWriter()
                .initializer("a", FLOAT, List.of(3L), OnnxWriter.external(location, offset, length))
                .write(file);
    }

    @Test
    void refusesAnInitializerGivenTwice() {
        new OnnxWriter()
                .initializer("a", FLOAT, List.of(1L), OnnxWriter.raw(new byte[4]))
                .initializer("a", FLOAT, List.of(1L), OnnxWriter.raw(new byte[4]))
                .write(file);
        assertRefused(
                () -> OnnxInitializers.read(file, List.of()),
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
                () -> OnnxInitializers.read(file, List.of()),
                ErrorCode.MODEL_INVALID,
                file + ": initializer 'a' has 8 bytes",
                "Its shape [%d] of FLOAT32 takes another size.".formatted(dimension));
    }

    @Test
    void refusesANegativeDimension() {
        new OnnxWriter()
                .initializer("a", FLOAT, List.of(-2L), OnnxWriter.raw(new byte[8]))
                .write(file);
        assertRefused(
                () -> OnnxInitializers.read(file, List.of()),
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
            assertThatThrownBy(() -> OnnxInitializers.read(file, List.of()))
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
        refusesNeeded(external, "data in another file, ''");
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
        return OnnxInitializers.read(file, List.of()).stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst();
    }
}
