/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Digests;
import io.embark.model.ModelFolderBuilder.Format;
import io.embark.model.files.ModelFile;
import io.embark.model.weights.SafetensorsWriter;
import io.embark.model.weights.Weights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest {
    private static final String WHAT_A_MODEL_IS =
            "A model is all-MiniLM-L6-v2, which is bundled, a folder on this host, the URI of a folder on a file system of Hadoop,"
                    + " or org/name@revision on a hub.";
    private static final String NAME_ONE = "Name one of these.";

    @TempDir
    Path temporary;

    @Test
    void opensAFolderByPathAndByUri() {
        Path folder = builder().write();
        ModelFolder byPath = open(folder.toString());
        ModelFolder byUri = open(folder.toUri().toString());
        ModelFolder byShortUri = open("file:" + folder);
        assertThat(byPath.name()).isEqualTo("tiny");
        assertThat(byPath.path()).isEqualTo(folder);
        assertThat(byPath.tokenizerFile()).isEqualTo(folder.resolve("tokenizer.json"));
        assertThat(byUri.fingerprint()).isEqualTo(byPath.fingerprint());
        assertThat(byShortUri.path()).isEqualTo(folder);
    }

    @Test
    void namesTheFilesThatTheModelIsMadeOf() {
        Path folder = builder().file("README.md", "not part of it").write();
        assertThat(open(folder.toString()).files())
                .extracting(ModelFile::name)
                .containsExactly(
                        "1_Pooling/config.json",
                        "config.json",
                        "config_sentence_transformers.json",
                        "model.safetensors",
                        "modules.json",
                        "sentence_bert_config.json",
                        "tokenizer.json",
                        "tokenizer_config.json");
    }

    @Test
    void namesEveryShard() {
        Path folder = builder().format(Format.SHARDED_SAFETENSORS).write();
        assertThat(open(folder.toString()).files())
                .extracting(ModelFile::name)
                .contains(
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model.safetensors.index.json");
    }

    @Test
    void fingerprintsTheContentOfItsFiles() throws IOException {
        Path folder = builder().write();
        ModelFolder model = open(folder.toString());
        String lines = model.files().stream()
                .map(file -> file.sha256() + "  " + file.name() + "\n")
                .collect(Collectors.joining());
        assertThat(model.fingerprint())
                .isEqualTo(HexFormat.of().formatHex(Digests.sha256().digest(lines.getBytes(StandardCharsets.UTF_8))));

        Files.writeString(folder.resolve("README.md"), "new");
        assertThat(open(folder.toString()).fingerprint()).isEqualTo(model.fingerprint());
        Files.writeString(folder.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 9}");
        assertThat(open(folder.toString()).fingerprint()).isNotEqualTo(model.fingerprint());
    }

    @Test
    void hashesAFileAsEveryoneDoes() throws IOException {
        Path folder = builder().write();
        Files.writeString(folder.resolve("tokenizer.json"), "abc");
        assertThat(open(folder.toString()).files())
                .contains(new ModelFile(
                        "tokenizer.json", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    }

    @Test
    void followsFilesThatAreLinksAsTheCacheOfAHubHasThem() throws IOException {
        Path folder = builder().write();
        Path blob = temporary.resolve("blob");
        Files.move(folder.resolve("model.safetensors"), blob);
        Files.createSymbolicLink(folder.resolve("model.safetensors"), blob);
        try (Weights weights = open(folder.toString()).openWeights()) {
            assertThat(weights.tensors()).hasSize(37);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "all-miniLM-L6v2, ' The nearest name is all-MiniLM-L6-v2.'",
        "all-MiniLM-L6-v1, ''",
        "all-MiniLM-L12-v2, ''"
    })
    void refusesANameThatIsNoFolder(String name, String nearest) {
        assertRefused(
                () -> open(name),
                ErrorCode.MODEL_NOT_FOUND,
                "model %s: no such folder".formatted(name),
                WHAT_A_MODEL_IS + nearest,
                NAME_ONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "/no/such/folder", "no/such/folder", "./model"})
    void refusesAReferenceThatLeadsNowhere(String reference) {
        assertRefused(
                () -> open(reference),
                ErrorCode.MODEL_NOT_FOUND,
                "model %s: no such folder".formatted(reference),
                WHAT_A_MODEL_IS,
                NAME_ONE);
    }

    @Test
    void saysThatAFileSystemOfHadoopNeedsSpark() {
        assertRefused(
                () -> open("hdfs://host/model"),
                ErrorCode.MODEL_NOT_FOUND,
                "model hdfs://host/model: cannot be opened without Spark",
                "File systems of Hadoop are reached through Spark, and this is a program without it.",
                "Copy the model into a folder on this host, and name that.");
    }

    @Test
    void refusesAFileInPlaceOfAFolder() {
        Path file = builder().write().resolve("config.json");
        assertRefused(
                () -> open(file.toString()),
                ErrorCode.MODEL_NOT_FOUND,
                "model %s: a file, not a folder".formatted(file),
                WHAT_A_MODEL_IS,
                NAME_ONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:relative", "file://host/model", "file:a b", "file://host/a b"})
    void refusesAUriThatIsNoPath(String reference) {
        assertThatThrownBy(() -> open(reference))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("model %s: not a path\nThe system says: ".formatted(reference))
                .hasMessageEndingWith("\nName all-MiniLM-L6-v2 or the path of a folder.");
    }

    /** As people and Hadoop write it; quoted as a URI has it, it is the same folder. */
    @ParameterizedTest
    @ValueSource(strings = {"file:%s/na me [1] 100% #2?", "file://%s/na me [1] 100% #2?", "file:%s/na%%20me"})
    void opensAFolderByAUriWithBlanks(String form) throws IOException {
        Path folder = builder().write();
        Path named = Files.createDirectories(folder.resolveSibling("blanks"))
                .resolve(form.contains("20") ? "na me" : "na me [1] 100% #2?");
        Files.move(folder, named);
        String reference =
                form.contains("20") ? form.formatted(named.getParent()) : form.substring(0, form.indexOf('%')) + named;

        assertThat(open(reference).path()).isEqualTo(named);
    }

    @Test
    void refusesAReferenceWithANulCharacter() {
        assertRefused(
                () -> open("a\u0000b"),
                ErrorCode.MODEL_NOT_FOUND,
                "model a\\u0000b: not a path",
                "The system says: Nul character not allowed: a\\u0000b.",
                "Name all-MiniLM-L6-v2 or the path of a folder.");
    }

    @Test
    void readsAVocabularyWhereTheClassOfTheTokenizerBuildsTheRest() {
        assertThat(open(builder()
                                .without("tokenizer.json")
                                .file("vocab.txt", "[PAD]")
                                .write()
                                .toString())
                        .tokenizerFile())
                .hasFileName("vocab.txt");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PreTrainedTokenizerFast | vocab.txt               | The tokenizer is read from this file, or from vocab.txt or \
            vocab.json with merges.txt where its class is known to be built from these.
            BertTokenizer           | tokenizer.model         | A tokenizer is not read from tokenizer.model.
            XLMRobertaTokenizer     | sentencepiece.bpe.model | A tokenizer is not read from sentencepiece.bpe.model.
            """)
    void refusesAFolderWhoseTokenizerStandsInAnotherFile(String type, String file, String cause) {
        Path folder = builder()
                .without("tokenizer.json")
                .file(file, "[PAD]")
                .set("tokenizer_config.json", "tokenizer_class", "\"" + type + "\"")
                .write();
        assertRefused(
                () -> open(folder.toString()),
                ErrorCode.MODEL_INVALID,
                folder + ": no tokenizer.json",
                cause,
                "Write it once in Python: from transformers import AutoTokenizer;"
                        + " AutoTokenizer.from_pretrained(folder).save_pretrained(folder).");
    }

    @Test
    void refusesAFolderWithoutWeights() throws IOException {
        Path folder = builder().write();
        Files.delete(folder.resolve("model.safetensors"));
        assertRefused(
                () -> open(folder.toString()),
                ErrorCode.MODEL_INVALID,
                folder + ": no weights",
                "Looked for model.safetensors, model.safetensors.index.json and model.onnx.",
                "Copy the whole folder of the model, or name the right one.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pytorch_model.bin", "traced.PTH", "model.pkl", "x.pickle", "last.ckpt"})
    void refusesWeightsThatRunCode(String name) throws IOException {
        Path folder = builder().file(name, "code").write();
        Files.delete(folder.resolve("model.safetensors"));
        assertRefused(
                () -> open(folder.toString()),
                ErrorCode.MODEL_UNSUPPORTED,
                "%s: the only weights are %s".formatted(folder, name),
                "A pickle or TorchScript file runs code when it is read.",
                "Convert the model to safetensors: model.save_pretrained(folder, safe_serialization=True);"
                        + " on a hub, a revision refs/pr/N may have them.");
    }

    @ParameterizedTest
    @CsvSource({
        "qwen3-q8_0.gguf, 'GGUF is llama.cpp''s format, whose weights are mostly quantised.'",
        "onnx/model_qint8_avx512.onnx, 'Of ONNX files model.onnx is read: those of other names are mostly quantised, or optimised for one kind of machine.'",
        "openvino/openvino_model.xml, 'OpenVINO''s graphs have no names of weights.'",
        "tf_model.h5, 'It is TensorFlow''s, which Sentence Transformers does not read either.'",
        "flax_model.msgpack, 'It is Flax''s, which Sentence Transformers does not read either.'"
    })
    void refusesWeightsOfOtherLibrariesByName(String name, String cause) throws IOException {
        Path folder = builder().file(name, "data").write();
        for (String missing : List.of("model.safetensors", "config.json")) {
            Files.delete(folder.resolve(missing));
            assertRefused(
                    () -> open(folder.toString()),
                    ErrorCode.MODEL_UNSUPPORTED,
                    "%s: the only weights are %s".formatted(folder, name),
                    cause,
                    "Take the model as safetensors: most models are published in that format first.");
        }
    }

    @Test
    void readsAnOnnxFileInItsOwnFolderWithItsNumbersBesideIt() throws IOException {
        Path folder = builder().format(ModelFolderBuilder.Format.ONNX).write();
        Files.createDirectory(folder.resolve("onnx"));
        Files.move(folder.resolve("model.onnx"), folder.resolve("onnx/model.onnx"));
        Files.writeString(folder.resolve("onnx/model.onnx_data"), "numbers");
        ModelFolder opened = open(folder.toString());
        assertThat(opened.files()).extracting(ModelFile::name).contains("onnx/model.onnx", "onnx/model.onnx_data");
        try (Weights weights = opened.openWeights()) {
            assertThat(weights.tensors()).hasSize(37);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x.safetensors",
                "/etc/x.safetensors",
                "a\\\\x.safetensors",
                "x.bin",
                "a\\u0000.safetensors",
                ""
            })
    void refusesAShardThatIsNotAPlainName(String shard) throws IOException {
        Path folder = builder().format(Format.SHARDED_SAFETENSORS).write();
        Path index = folder.resolve("model.safetensors.index.json");
        Files.writeString(index, "{\"weight_map\": {\"a\": \"%s\"}}".formatted(shard));
        assertRefused(
                () -> open(folder.toString()),
                ErrorCode.MODEL_INVALID,
                "%s: weight_map: the file '%s' is not allowed".formatted(index, shard.replace("\\\\", "\\")),
                "It must be the plain name of a .safetensors file beside the index.");
    }

    @Test
    void refusesAnIndexWithoutOneOfItsShards() throws IOException {
        Path folder = builder().format(Format.SHARDED_SAFETENSORS).write();
        Files.delete(folder.resolve("model-00002-of-00002.safetensors"));
        assertRefused(
                () -> open(folder.toString()),
                ErrorCode.MODEL_INVALID,
                folder + "/model.safetensors.index.json: weight_map: no file model-00002-of-00002.safetensors",
                "The index names it as a part of the weights.",
                "Copy or download the missing file.");
    }

    @Test
    void refusesTwoTensorsThatAreTheSame() {
        Path folder = builder().tensor("bert.embeddings.LayerNorm.bias", 8L).write();
        assertRefused(
                () -> open(folder.toString()).openWeights(),
                ErrorCode.MODEL_INVALID,
                folder + ": the tensors 'embeddings.LayerNorm.bias' and 'bert.embeddings.LayerNorm.bias' are the same",
                "Which of them to use cannot be told.");
    }

    @Test
    void refusesANeededTensorOfAnotherType() throws IOException {
        Path folder = builder().write();
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(
                file,
                "{\"embeddings.word_embeddings.weight\": {\"dtype\": \"I8\", \"shape\": [20, 8], \"data_offsets\": [0, 160]}}",
                new byte[160]);
        assertRefused(
                () -> open(folder.toString()).openWeights(),
                ErrorCode.MODEL_UNSUPPORTED,
                file + ": tensor embeddings.word_embeddings.weight is stored as I8",
                "The model is quantised: what its weights are multiplied by is known to the library that made it alone.",
                "Take the model in float32, float16 or bfloat16, from which it was made.");
    }

    @Test
    void refusesAFolderWhereAFileIsExpected() throws IOException {
        Path folder = builder().without("sentence_bert_config.json").write();
        Files.createDirectory(folder.resolve("sentence_bert_config.json"));
        assertRefused(
                () -> open(folder.toString()),
                ErrorCode.MODEL_INVALID,
                folder + "/sentence_bert_config.json: not a file",
                "A folder, a broken link or a device stands where a file is expected.",
                "Put the file there, or remove what stands in its place.");
    }

    private ModelFolderBuilder builder() {
        return ModelFolderBuilder.in(temporary.resolve("tiny"));
    }

    private ModelFolder open(String reference) {
        return ModelReference.open(reference, temporary.resolve("cache"));
    }
}
