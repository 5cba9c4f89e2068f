/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.ErrorCode;
import io.embark.model.Backbones;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import io.embark.model.WeightValues;
import io.embark.model.family.TensorShape;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every kind of weights must do. */
abstract class WeightsContract {
    private static final String QUERY = "encoder.layer.1.attention.self.query.weight";
    private static final String WIDE = "encoder.layer.0.intermediate.dense.weight";
    private static final String TAKE_FROM_ONE_MODEL = "Take configuration and weights from the same model.";

    @TempDir
    Path folder;

    private ModelFolderBuilder builder;

    /** Stores the weights as the kind under test does. */
    abstract ModelFolderBuilder stored(ModelFolderBuilder builder);

    abstract DataType dataType();

    @BeforeEach
    void build() {
        builder = stored(ModelFolderBuilder.in(folder));
    }

    @Test
    void givesEveryTensorThatTheArchitectureNeedsInItsOrder() {
        builder.write();
        ModelFolder model = open();
        List<TensorShape> needed = Backbones.architecture(model).tensors();
        try (Weights weights = model.openWeights()) {
            assertThat(weights.tensors().keySet())
                    .containsExactlyElementsOf(
                            needed.stream().map(TensorShape::name).toList())
                    .containsExactlyInAnyOrderElementsOf(builder.tensorNames());
            assertThat(weights.tensors().values())
                    .allSatisfy(info -> assertThat(info.dataType()).isEqualTo(dataType()));
            assertThat(weights.tensors().get(WIDE).shape()).containsExactly(12L, 8L);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 31, 64, 1 << 20})
    void readsTheSameValuesInPiecesOfAnySize(int pieceBytes) {
        builder.write();
        try (Weights weights = open().openWeights()) {
            for (String name : weights.tensors().keySet()) {
                assertThat(WeightValues.read(weights, name, pieceBytes)).isEqualTo(rounded(builder.values(name)));
            }
        }
    }

    @Test
    void handsOutPiecesThatFollowOneAnother() {
        builder.write();
        try (Weights weights = open().openWeights()) {
            AtomicLong next = new AtomicLong();
            weights.read(WIDE, 50, (first, elements, piece) -> {
                assertThat(first).isEqualTo(next.getAndAdd(elements));
                assertThat(piece.isDirect()).isTrue();
                assertThat(piece.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
                assertThat(piece.remaining())
                        .isEqualTo(elements * dataType().bytes())
                        .isBetween(1, 50);
            });
            assertThat(next.get()).isEqualTo(96);
        }
    }

    @Test
    void doesNotMindWhatAConsumerDoesToThePiece() {
        builder.write();
        try (Weights weights = open().openWeights()) {
            weights.read(WIDE, 16, (first, elements, piece) -> piece.order(ByteOrder.BIG_ENDIAN)
                    .clear()
                    .position(3));
            assertThat(WeightValues.read(weights, WIDE, 16)).isEqualTo(rounded(builder.values(WIDE)));
        }
    }

    @Test
    void findsTensorsBehindAPrefixAndUnderTheirOldestNames() {
        builder.tensorNames(name -> "bert."
                        + name.replace("LayerNorm.weight", "LayerNorm.gamma")
                                .replace("LayerNorm.bias", "LayerNorm.beta"))
                .write();
        try (Weights weights = open().openWeights()) {
            String norm = "encoder.layer.0.output.LayerNorm.weight";
            assertThat(WeightValues.read(weights, norm, 64)).isEqualTo(rounded(builder.values(norm)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.",
                "module.",
                "_orig_mod.",
                "auto_model.",
                "roberta.",
                "0.auto_model.",
                "model.0.auto_model.",
                "module._orig_mod.model.0.auto_model.bert."
            })
    void leavesOutWhatStandsBeforeAllNames(String prefix) {
        builder.tensor("pooler.dense.weight", 8L, 8L)
                .tensorNames(name -> name.startsWith("pooler") ? name : prefix + name)
                .write();
        try (Weights weights = open().openWeights()) {
            assertThat(WeightValues.read(weights, QUERY, 64)).isEqualTo(rounded(builder.values(QUERY)));
        }
    }

    @Test
    void takesTheNetworkThatTransformersTakesOfTwo() {
        twice("bert.", "student.");
        try (Weights weights = open().openWeights()) {
            assertThat(WeightValues.read(weights, QUERY, 64)).isEqualTo(rounded(builder.values(QUERY)));
        }
    }

    @Test
    void refusesTwoNetworksOfWhichEitherMayBeMeant() {
        twice("student.", "teacher.");
        assertRefused(
                () -> open().openWeights(),
                ErrorCode.MODEL_UNSUPPORTED,
                "%s: all tensors are there twice, behind 'student.' and 'teacher.'".formatted(folder),
                "Which of the networks is meant cannot be told.",
                "Save the one that is meant alone, as safetensors.");
    }

    /** All tensors behind one prefix, and others of the same shapes behind another. */
    private void twice(String prefix, String other) {
        for (TensorShape shape : Backbones.architecture(openWritten()).tensors()) {
            builder.tensor("again." + shape.name(), shape.shape().toArray(Long[]::new));
        }
        builder.tensorNames(
                        name -> name.startsWith("again.") ? other + name.substring("again.".length()) : prefix + name)
                .write();
    }

    private ModelFolder openWritten() {
        builder.write();
        return open();
    }

    @Test
    void ignoresTensorsThatNobodyNeeds() {
        builder.tensor("pooler.dense.weight", 8L, 8L).write();
        try (Weights weights = open().openWeights()) {
            assertThat(weights.tensors()).doesNotContainKey("pooler.dense.weight");
        }
    }

    @Test
    void refusesWeightsWithoutATensorThatIsNeeded() {
        builder.withoutTensor(QUERY).write();
        assertRefused(
                () -> open().openWeights(),
                ErrorCode.MODEL_INVALID,
                "%s: the weights have no tensor %s".formatted(folder, QUERY),
                "The network that config.json describes needs it.",
                TAKE_FROM_ONE_MODEL);
    }

    @Test
    void refusesATensorOfAnotherShape() {
        builder.tensor(WIDE, 8L, 12L).write();
        assertThatThrownBy(() -> open().openWeights())
                .hasMessageMatching("\\Q%s\\E/\\S+: tensor \\Q%s\\E has the shape \\[8, 12\\]\n".formatted(folder, WIDE)
                        + "The network that config.json describes needs \\[12, 8\\]\\.\n"
                        + TAKE_FROM_ONE_MODEL);
    }

    @Test
    void refusesAVocabularyOfAnotherSizeThanTheConfigurationSays() {
        builder.set("config.json", "vocab_size", "21").write();
        assertThatThrownBy(() -> open().openWeights())
                .hasMessageContaining("tensor embeddings.word_embeddings.weight has the shape [20, 8]\n")
                .hasMessageContaining("needs [21, 8].\n");
    }

    @Test
    void noticesAFileThatBecameShorterAfterItWasOpened() throws IOException {
        builder.write();
        try (Weights weights = open().openWeights()) {
            for (Path file : weightsFiles()) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(100);
                }
            }
            assertThatThrownBy(() -> WeightValues.read(weights, QUERY, 64))
                    .hasMessageContaining(": the file ends within tensor ")
                    .hasMessageContaining("\nIt has become shorter since it was opened.\n");
        }
    }

    @Test
    void refusesANameThatIsNotAmongItsTensors() {
        builder.write();
        try (Weights weights = open().openWeights()) {
            assertThatThrownBy(() -> weights.read("pooler", 64, (first, elements, piece) -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("no tensor 'pooler'");
        }
    }

    @Test
    void refusesAPieceTooSmallForOneNumber() {
        builder.write();
        try (Weights weights = open().openWeights()) {
            assertThatThrownBy(() -> weights.read(QUERY, 1, (first, elements, piece) -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a piece of 1 bytes cannot hold one number");
        }
    }

    @Test
    void closesTwice() {
        builder.write();
        Weights weights = open().openWeights();
        WeightValues.read(weights, QUERY, 64);
        weights.close();
        weights.close();
        assertThat(weights.tensors()).isNotEmpty();
    }

    private ModelFolder open() {
        return ModelReference.open(folder.toString(), folder.resolve("cache"));
    }

    private List<Path> weightsFiles() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".safetensors")
                            || file.toString().endsWith(".onnx"))
                    .toList();
        }
    }

    private float[] rounded(float[] values) {
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = switch (dataType()) {
                case FLOAT32, FLOAT64, INT8, INT32, INT64 -> values[i];
                case FLOAT16 -> HalfFloats.fromFloat16(HalfFloats.toFloat16(values[i]));
                case BFLOAT16 -> HalfFloats.fromBfloat16(HalfFloats.toBfloat16(values[i]));
            };
        }
        return result;
    }
}
