/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static io.embark.model.Refusals.assertRefused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.model.SpecialTokens.Token;
import io.embark.model.family.Architecture;
import io.embark.model.family.LinearLayers;
import io.embark.model.family.TensorShape;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecificationReaderTest {
    private static final String CONFIG = "config.json";
    private static final String SENTENCE = "sentence_bert_config.json";
    private static final String TOKENIZER = "tokenizer_config.json";
    private static final String POOLING = "1_Pooling/config.json";
    private static final String PROMPTS = "config_sentence_transformers.json";
    private static final String MODULES = "modules.json";
    private static final String FROM_PUBLISHER = "Take the file from the place where the model was published.";
    private static final String CORRECT_IT =
            "Correct the field, or take the file from the place where the model was published.";
    private static final String PLAIN_TEXT_ONLY =
            "Embark reads plain text and takes the last hidden state of a network.";

    @TempDir
    Path temporary;

    private Path folder;
    private ModelFolderBuilder builder;

    @BeforeEach
    void build() {
        folder = temporary.resolve("tiny");
        builder = ModelFolderBuilder.in(folder);
    }

    @Test
    void readsABertFolder() {
        ModelFolder model = open();
        ModelSpecification specification = model.specification();
        assertThat(specification.modelType()).isEqualTo("bert");
        assertThat(specification.pooling()).containsExactly(PoolingMode.MEAN);
        assertThat(specification.normalizes()).isTrue();
        assertThat(specification.dimension()).isEqualTo(8);
        assertThat(specification.maxTokens()).isEqualTo(10);
        assertThat(specification.prompts()).containsExactly(entry("query", ""), entry("document", ""));
        assertThat(specification.defaultPromptName()).isEmpty();
        assertThat(specification.includePrompt()).isTrue();
        assertThat(specification.truncateDimension()).isEmpty();
        assertThat(specification.tokenizer())
                .isEqualTo(new TokenizerSettings(
                        TokenizerKind.BERT,
                        true,
                        false,
                        false,
                        Map.of("do_lower_case", true),
                        Map.of(),
                        SpecialTokens.NONE));

        Architecture architecture = Backbones.architecture(model);
        assertThat(architecture.family()).isEqualTo("bert");
        assertThat(architecture.hiddenSize()).isEqualTo(8);
        assertThat(architecture.layers()).isEqualTo(2);
        assertThat(architecture.maxPositions()).isEqualTo(16);
        assertThat(architecture.numbers())
                .containsOnly(
                        entry("layers", 2.0),
                        entry("heads", 2.0),
                        entry("head_size", 4.0),
                        entry("norm_epsilon", 1e-12));
        assertThat(architecture.choices()).containsOnly(entry("activation", "gelu"));
        assertThat(LinearLayers.multiplyAddsPerToken(architecture.tensors())).isEqualTo(2 * (4 * 8 * 8 + 2 * 8 * 12));
        assertThat(architecture.tensors())
                .hasSize(5 + 2 * 16)
                .contains(new TensorShape("encoder.layer.1.output.dense.weight", List.of(8L, 12L)));
    }

    @ParameterizedTest
    @CsvSource({
        "gelu, gelu",
        "gelu_python, gelu",
        "gelu_new, gelu_tanh",
        "gelu_fast, gelu_tanh",
        "gelu_pytorch_tanh, gelu_tanh",
        "quick_gelu, quick_gelu",
        "relu, relu",
        "silu, silu",
        "swish, silu"
    })
    void normalisesTheNameOfTheActivation(String name, String normalised) {
        builder.set(CONFIG, "hidden_act", "\"" + name + "\"");
        assertThat(Backbones.architecture(open()).choices()).containsEntry("activation", normalised);
    }

    @Test
    void takesTheDefaultsOfTransformersWhereTheConfigurationIsSilent() {
        builder.unset(CONFIG, "hidden_act").unset(CONFIG, "layer_norm_eps").unset(CONFIG, "type_vocab_size");
        Architecture architecture = Backbones.architecture(open());
        assertThat(architecture.choices()).containsEntry("activation", "gelu");
        assertThat(architecture.numbers()).containsEntry("norm_epsilon", 1e-12);
        assertThat(architecture.tensors())
                .contains(new TensorShape("embeddings.token_type_embeddings.weight", List.of(2L, 8L)));
    }

    @ParameterizedTest
    @CsvSource({
        "convbert, It is an architecture of transformers that Embark does not compute.",
        "bart, It is an architecture of transformers that Embark does not compute.",
        "brt, 'It is nearly bert, and no architecture of transformers.'",
        "xbird, 'It is no architecture of transformers: its models bring code of their own, which is never run.'"
    })
    void saysOfAnUnknownArchitectureWhatItIs(String modelType, String what) {
        builder.set(CONFIG, "model_type", "\"%s\"".formatted(modelType));
        refused(
                ErrorCode.MODEL_UNSUPPORTED,
                "/config.json: unknown model_type '%s'".formatted(modelType),
                "%s Known are: %s.".formatted(what, String.join(", ", Families.modelTypes())),
                "Choose a model of one of these architectures.");
    }

    @Test
    void refusesAnUnknownActivation() {
        builder.set(CONFIG, "hidden_act", "\"gelu_nwe\"");
        refused(
                ErrorCode.MODEL_UNSUPPORTED,
                "/config.json: unknown hidden_act 'gelu_nwe'",
                "Known are: gelu, gelu_10, gelu_accurate, gelu_fast, gelu_new, gelu_python, gelu_python_tanh,"
                        + " gelu_pytorch_tanh, hardswish, laplace, leaky_relu, linear, mish, quick_gelu, relu, relu2, relu6,"
                        + " sigmoid, silu, sqrtsoftplus, swish, tanh. The nearest is gelu_new.",
                "Choose a model with one of these activation functions.");
    }

    @Test
    void readsOtherKindsOfPositionsAsAbsoluteAsTransformers5Does() {
        Architecture architecture = Backbones.architecture(open());
        builder.set(CONFIG, "position_embedding_type", "\"relative_key\"");
        assertThat(Backbones.architecture(open())).isEqualTo(architecture);
    }

    @Test
    void refusesADecoder() {
        builder.set(CONFIG, "is_decoder", "true");
        refused(
                ErrorCode.MODEL_UNSUPPORTED,
                "/config.json: is_decoder is true",
                "A decoder looks only backwards; the encoder is what is known here.",
                "Choose a model that is an encoder.");
    }

    @Test
    void refusesAHiddenSizeThatTheHeadsDoNotDivide() {
        builder.set(CONFIG, "num_attention_heads", "3");
        refused(
                ErrorCode.MODEL_INVALID,
                "/config.json: hidden_size is 8, num_attention_heads is 3",
                "The hidden size must be a multiple of the heads.",
                FROM_PUBLISHER);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            hidden_size             | -8                             | an integer from 1 to 262144
            hidden_size             | 0                              | an integer from 1 to 262144
            hidden_size             | 8.0                            | an integer from 1 to 262144
            hidden_size             | "8"                            | an integer from 1 to 262144
            hidden_size             | true                           | an integer from 1 to 262144
            hidden_size             | 99999999999999999999           | an integer from 1 to 262144
            num_hidden_layers       | 2147483647                     | an integer from 1 to 1000
            num_attention_heads     | []                             | an integer from 1 to 262144
            intermediate_size       | 1e3                            | an integer from 1 to 262144
            vocab_size              | 4294967297                     | an integer from 1 to 268435456
            max_position_embeddings | -1                             | an integer from 1 to 268435456
            type_vocab_size         | 0                              | an integer from 1 to 268435456
            layer_norm_eps          | 0                              | a number above 0
            layer_norm_eps          | -1e-12                         | a number above 0
            layer_norm_eps          | 1e999                          | a number above 0
            layer_norm_eps          | "1e-12"                        | a number above 0
            hidden_act              | {}                             | a text
            is_decoder              | 1                              | true or false
            model_type              | 7                              | a text
            """)
    void refusesAFieldOfTheWrongTypeOrRange(String field, String json, String expected) {
        builder.set(CONFIG, field, json);
        String shown = json.startsWith("\"") ? "the text '%s', not a number".formatted(json.replace("\"", "")) : json;
        refused(
                ErrorCode.MODEL_INVALID,
                "/config.json: %s is %s".formatted(field, shown),
                "It must be %s.".formatted(expected),
                CORRECT_IT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model_type",
                "hidden_size",
                "num_hidden_layers",
                "num_attention_heads",
                "intermediate_size",
                "vocab_size",
                "max_position_embeddings"
            })
    void refusesAConfigurationWithoutAFieldThatIsNeeded(String field) {
        builder.unset(CONFIG, field);
        refused(
                ErrorCode.MODEL_INVALID,
                "/config.json: no field '%s'".formatted(field),
                "The model cannot be read without it.",
                FROM_PUBLISHER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "{",
                "{} {}",
                "{'a': 1}",
                "{\"a\": 1,}",
                "{\"a\": 01}",
                "// comment\n{}",
                "<html></html>"
            })
    void refusesAFileThatIsNotJson(String content) {
        builder.file(CONFIG, content).write();
        assertThatThrownBy(() -> ModelReference.open(folder.toString(), temporary))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(folder + "/config.json: not valid JSON\nReading it ended with: ")
                .hasMessageEndingWith(".\nCopy or download the model again.");
    }

    @Test
    void saysWhereJsonIsMalformed() {
        builder.file(CONFIG, "{\"a\": tru}");
        refused(
                ErrorCode.MODEL_INVALID,
                "/config.json: not valid JSON",
                "Reading it ended with: malformed JSON at line 1 column 7 path $.a.",
                "Copy or download the model again.");
    }

    /** Of two fields of a name the last counts, and what nobody uses may be anything. */
    @Test
    void readsJsonAsPythonDoes() {
        builder.file(SENTENCE, "{\"a\": NaN, \"max_seq_length\": 5, \"b\": [-Infinity], \"max_seq_length\": 6}");
        assertThat(read().maxTokens()).isEqualTo(6);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            layer_norm_eps | NaN       | a number above 0
            layer_norm_eps | Infinity  | a number above 0
            layer_norm_eps | -Infinity | a number above 0
            hidden_size    | NaN       | an integer from 1 to 262144
            hidden_size    | Infinity  | an integer from 1 to 262144
            """)
    void namesTheFieldOfANumberThatMakesNoSense(String field, String value, String expected) throws IOException {
        builder.set(CONFIG, field, "4242").write();
        Path config = folder.resolve(CONFIG);
        Files.writeString(config, Files.readString(config).replace("4242", value));
        assertRefused(
                () -> ModelReference.open(folder.toString(), temporary),
                ErrorCode.MODEL_INVALID,
                "%s: %s is %s".formatted(config, field, value),
                "It must be %s.".formatted(expected),
                CORRECT_IT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"config.json", "modules.json", "1_Pooling/config.json", "tokenizer.json", "model.safetensors"})
    void saysThatAFileIsAPointerOfGitLfs(String name) throws IOException {
        builder.write();
        Files.writeString(folder.resolve(name), """
                version https://git-lfs.github.com/spec/v1
                oid sha256:53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db
                size 90868376
                """);
        assertRefused(
                () -> ModelReference.open(folder.toString(), temporary),
                ErrorCode.MODEL_INVALID,
                "%s/%s: a Git LFS pointer, not the file itself".formatted(folder, name),
                "The repository was cloned without Git LFS, which keeps large files elsewhere.",
                "Run git lfs pull in the folder, or download the model from its hub.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"./1_Pooling", "1_Pooling/", "1_Pooling/.", ".//1_Pooling"})
    void takesEveryWayToNameASubFolder(String path) {
        builder.file(MODULES, """
                [{"path": "./", "type": "sentence_transformers.models.Transformer"},
                 {"path": "%s", "type": "sentence_transformers.models.Pooling"}]""".formatted(path));
        builder.set(POOLING, "include_prompt", "false");
        assertThat(read().includePrompt()).isFalse();
    }

    @Test
    void refusesJsonThatIsNotUtf8() throws IOException {
        builder.write();
        Files.write(folder.resolve(CONFIG), new byte[] {'{', '"', (byte) 0xc3, '"', ':', '1', '}'});
        assertRefused(
                () -> ModelReference.open(folder.toString(), temporary),
                ErrorCode.MODEL_INVALID,
                folder + "/config.json: not valid JSON",
                "Reading it ended with: it is not UTF-8.",
                "Copy or download the model again.");
    }

    @Test
    void refusesJsonThatNoModelHas() throws IOException {
        builder.write();
        Files.write(folder.resolve(CONFIG), new byte[(16 << 20) + 1]);
        assertRefused(
                () -> ModelReference.open(folder.toString(), temporary),
                ErrorCode.MODEL_INVALID,
                folder + "/config.json: larger than 16777216 bytes",
                "A JSON file of a model is never that large.",
                "Look whether another file was saved under this name.");
    }

    @Test
    void refusesJsonOfAnotherKind() {
        builder.file(CONFIG, "[]");
        refused(
                ErrorCode.MODEL_INVALID,
                "/config.json: not a JSON object",
                "An object in braces is expected.",
                "Copy or download the model again.");
    }

    @Test
    void refusesAFolderWithoutConfiguration() {
        builder.without(CONFIG);
        refused(
                ErrorCode.MODEL_INVALID,
                ": no config.json",
                "Every Sentence Transformers model has this file there.",
                "Copy the whole folder of the model, or name the right one.");
    }

    @Test
    void readsAFolderWithoutModulesAsSentenceTransformersDoes() {
        builder.without(MODULES).set(PROMPTS, "prompts", "{\"query\": \"q: \"}");
        builder.set(PROMPTS, "default_prompt_name", "\"query\"");
        ModelSpecification specification = read();
        assertThat(specification.pooling()).containsExactly(PoolingMode.MEAN);
        assertThat(specification.normalizes()).isFalse();
        assertThat(specification.prompts()).containsExactly(entry("query", ""), entry("document", ""));
        assertThat(specification.defaultPromptName()).isEmpty();
    }

    @Test
    void refusesAChatTemplateWithoutModules() {
        builder.without(MODULES).set(TOKENIZER, "chat_template", "\"{{ x }}\"");
        refused(
                ErrorCode.MODEL_UNSUPPORTED,
                "/tokenizer_config.json: chat_template is set and there is no modules.json",
                "Sentence Transformers puts every text through the template then, which Embark cannot.",
                "Add the modules.json of the model.");
    }

    @Test
    void readsEverySpellingOfTheModules() {
        builder.file(MODULES, """
                [{"path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"},
                 {"path": "1_Pooling", "type": "sentence_transformers.sentence_transformer.modules.pooling.Pooling"},
                 {"path": "2_Dropout", "type": "sentence_transformers.models.Dropout.Dropout"},
                 {"path": "3_Normalize", "type": "sentence_transformers.models.Normalize.Normalize"}]""");
        assertThat(read().normalizes()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            LayerNorm | {"dimension": 8} | module_input_name is 'sentence_embedding' | Modules before pooling are known for 'token_embeddings' only.
            Dropout   | {"dropout": 0.2} | module_input_name is 'sentence_embedding' | Modules before pooling are known for 'token_embeddings' only.
            Dense | {"in_features": 8, "out_features": 8} | module_input_name is 'sentence_embedding' | Modules before pooling are known for 'token_embeddings' only.
            Dense | {"in_features": 8, "out_features": 8, "module_input_name": "token_embeddings", "module_output_name": "x"} | module_output_name is 'x' | Modules before pooling are known for 'token_embeddings' only.
            Dense | {"in_features": 8, "out_features": 8, "module_input_name": "token_embeddings", "activation_function": "torch.nn.Softmax"} | activation_function is 'torch.nn.Softmax' | Before pooling it would mix the texts of a batch.
            """)
    void refusesModulesBeforePoolingThatDoNotChangeEachTokenAlone(
            String type, String config, String problem, String cause) {
        builder.file(MODULES, """
                [{"path": "", "type": "sentence_transformers.models.Transformer"},
                 {"path": "2_X", "type": "sentence_transformers.models.%s"},
                 {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]""".formatted(type)).file("2_X/config.json", config);
        assertRefused(this::read, ErrorCode.MODEL_UNSUPPORTED, folder + "/2_X/config.json: " + problem, cause);
    }

    @Test
    void refusesWeightsInTheFileOfADense() {
        builder.file(MODULES, """
                [{"path": "", "type": "sentence_transformers.models.Transformer"},
                 {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
                 {"path": "2_Dense", "type": "sentence_transformers.models.Dense"}]""")
                .file("2_Dense/config.json", "{\"in_features\": 8, \"out_features\": 8, \"init_bias\": [1.5]}");
        refused(
                ErrorCode.MODEL_UNSUPPORTED,
                "/2_Dense/config.json: init_bias is [1.5]",
                "Weights are read from the module's file of weights.",
                "Choose a model without init_bias.");
    }

    @Test
    void readsATransformerInASubfolder() throws IOException {
        builder.file(MODULES, """
                [{"path": "0_Transformer", "type": "sentence_transformers.models.Transformer"},
                 {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]""").write();
        Files.createDirectory(folder.resolve("0_Transformer"));
        for (String name : List.of(CONFIG, SENTENCE, TOKENIZER, "tokenizer.json", "model.safetensors")) {
            Files.move(folder.resolve(name), folder.resolve("0_Transformer").resolve(name));
        }

        ModelFolder model = ModelReference.open(folder.toString(), temporary);
        assertThat(model.specification().maxTokens()).isEqualTo(10);
        assertThat(model.specification().normalizes()).isFalse();
        assertThat(model.tokenizerFile()).isEqualTo(folder.resolve("0_Transformer/tokenizer.json"));
        assertThat(model.files()).extracting(ModelFile::name).contains("0_Transformer/model.safetensors");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sentence_transformers.models.WeightedLayerPooling| It needs the states of all layers; only the last layer's are computed.",
                "sentence_transformers.models.CNN| Convolutions over tokens are not computed.",
                "sentence_transformers.sparse_encoder.models.SpladePooling| It is for sparse vectors.",
                "sentence_transformers.models.Conv|''",
                "custom_module.Normalize|''",
                "Normalize|''"
            })
    void refusesAModuleThatItDoesNotKnow(String type, String reason) {
        builder.file(MODULES, """
                [{"path": "", "type": "sentence_transformers.models.Transformer"},
                 {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
                 {"path": "2_X", "type": "%s"}]""".formatted(type));
        refused(
                ErrorCode.MODEL_UNSUPPORTED,
                "/modules.json: entry 2: module of type '%s'".formatted(type),
                (reason
                                + " Known modules are: Transformer, StaticEmbedding, Pooling, Dense, LayerNorm, Normalize, Dropout,"
                                + " Router, Asym.")
                        .strip(),
                "Choose a model made of these.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "Transformer", "Pooling,Transformer", "Transformer,Normalize", "Transformer,Pooling,Pooling"
            })
    void refusesModulesInAnotherOrder(String types) {
        StringBuilder modules = new StringBuilder("[");
        for (String type : types.isEmpty() ? new String[0] : types.split(",")) {
            modules.append(modules.length() > 1 ? "," : "")
                    .append("{\"path\": \"1_Pooling\", \"type\": \"sentence_transformers.models.%s\"}".formatted(type));
        }
        builder.file(MODULES, modules.append("]").toString());
        refused(
                ErrorCode.MODEL_UNSUPPORTED,
                "/modules.json: the modules do not begin with one Transformer and one Pooling, or one StaticEmbedding",
                "A text becomes tokens, tokens become vectors, and one Pooling makes them one vector.",
                "Choose a model with one Transformer and one Pooling, or one StaticEmbedding, and then modules that change that"
                        + " vector.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../other", "/etc", "1_Pooling/../..", "1_Pooling/..", "a\\\\b", "a\\u0000b", "out"})
    void refusesAModuleOutsideTheFolder(String path) throws IOException {
        Files.createDirectories(folder);
        Files.createSymbolicLink(folder.resolve("out"), temporary);
        builder.file(MODULES, """
                [{"path": "", "type": "sentence_transformers.models.Transformer"},
                 {"path": "%s", "type": "sentence_transformers.models.Pooling"}]""".formatted(path));
        refused(
                ErrorCode.MODEL_INVALID,
                "/modules.json: entry 1: path is '%s'".formatted(path.replace("\\\\", "\\")),
                "The path of a module must stay inside the model's folder.",
                FROM_PUBLISHER);
    }

    @Test
    void refusesModulesThatAreNoList() {
        builder.file(MODULES, "{}");
        refused(
                ErrorCode.MODEL_INVALID,
                "/modules.json: not a JSON array",
                "This file is a list of objects.",
                "Copy or download the model again.");
    }

    @Test
    void refusesANormalizeOfSomethingElse() {
        builder.file("2_Normalize/config.json", "{\"module_input_name\": \"token_embeddings\"}");
        refused(
                ErrorCode.MODEL_UNSUPPORTED,
                "/2_Normalize/config.json: module_input_name is 'token_embeddings'",
                "Modules behind pooling are known for 'sentence_embedding' only.",
                "Choose a model whose modules behind pooling change that.");
    }

    @ParameterizedTest
    @CsvSource({
        "pooling_mode_cls_token, CLS",
        "pooling_mode_max_tokens, MAX",
        "pooling_mode_mean_tokens, MEAN",
        "pooling_mode_mean_sqrt_len_tokens, MEAN_SQRT_LEN",
        "pooling_mode_weightedmean_tokens, WEIGHTED_MEAN",
        "pooling_mode_lasttoken, LAST_TOKEN"
    })
    void readsThePoolingFlags(String flag, PoolingMode mode) {
        builder.file(POOLING, "{\"word_embedding_dimension\": 8, \"%s\": true}".formatted(flag));
        assertThat(read().pooling()).containsExactly(mode);
    }

    @Test
    void concatenatesPoolingFlagsInTheirFixedOrder() {
        builder.file(
                POOLING,
                "{\"pooling_mode_lasttoken\": true, \"pooling_mode_max_tokens\": true, \"pooling_mode_cls_token\": true}");
        assertThat(read().pooling()).containsExactly(PoolingMode.CLS, PoolingMode.MAX, PoolingMode.LAST_TOKEN);
        assertThat(read().dimension()).isEqualTo(24);
    }

    @Test
    void takesTheMeanWhereNoFlagIsSet() {
        builder.file(POOLING, "{\"pooling_mode_mean_tokens\": false}");
        assertThat(read().pooling()).containsExactly(PoolingMode.MEAN);
    }

    @ParameterizedTest
    @CsvSource({
        "cls, CLS",
        "max, MAX",
        "mean, MEAN",
        "mean_sqrt_len_tokens, MEAN_SQRT_LEN",
        "weightedmean, WEIGHTED_MEAN",
        "lasttoken, LAST_TOKEN"
    })
    void readsThePoolingModeByName(String name, PoolingMode mode) {
        builder.file(POOLING, """
                {"embedding_dimension": 8, "pooling_mode": "%s", "pooling_mode_mean_tokens": true}""".formatted(name));
        assertThat(read().pooling()).containsExactly(mode);
    }

    @Test
    void concatenatesPoolingModesInTheOrderOfTheirList() {
        builder.file(POOLING, "{\"pooling_mode\": [\"mean\", \"cls\"]}");
        assertThat(read().pooling()).containsExactly(PoolingMode.MEAN, PoolingMode.CLS);
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"pooling_mode\": \"meen\"}', pooling_mode 'meen', ' The nearest is mean.'",
        "'{\"pooling_mode_last_token\": true}', pooling_mode_last_token, ' The nearest is lasttoken.'",
        "'{\"pooling_mode\": \"min\"}', pooling_mode 'min', ''"
    })
    void refusesAnUnknownPoolingMode(String content, String unknown, String nearest) {
        builder.file(POOLING, content);
        refused(
                ErrorCode.MODEL_UNSUPPORTED,
                "/1_Pooling/config.json: unknown " + unknown,
                "Known are: cls, max, mean, mean_sqrt_len_tokens, weightedmean, lasttoken.%s".formatted(nearest),
                "Choose a model with one of these pooling modes.");
    }

    @Test
    void refusesAPoolingOfAnotherWidth() {
        builder.set(POOLING, "word_embedding_dimension", "9");
        refused(
                ErrorCode.MODEL_INVALID,
                "/1_Pooling/config.json: word_embedding_dimension is 9",
                "The network's hidden_size is 8, and pooling does not change it.",
                "Take both files from the same model.");
    }

    @Test
    void refusesAPoolingWithoutConfiguration() {
        builder.without(POOLING);
        refused(
                ErrorCode.MODEL_INVALID,
                "/1_Pooling: no config.json",
                "Every Sentence Transformers model has this file there.",
                "Copy the whole folder of the model, or name the right one.");
    }

    @Test
    void readsPromptsInTheirOrder() {
        builder.set(PROMPTS, "prompts", "{\"task\": \"t: \", \"query\": \"q: \", \"none\": null}")
                .set(PROMPTS, "default_prompt_name", "\"task\"")
                .set(PROMPTS, "truncate_dim", "4");
        ModelSpecification specification = read();
        assertThat(specification.prompts())
                .containsExactly(entry("task", "t: "), entry("query", "q: "), entry("none", ""), entry("document", ""));
        assertThat(specification.defaultPromptName()).contains("task");
        assertThat(specification.truncateDimension()).contains(4);
    }

    @Test
    void refusesADefaultPromptThatIsNotThere() {
        builder.set(PROMPTS, "default_prompt_name", "\"passage\"");
        refused(
                ErrorCode.MODEL_INVALID,
                "/config_sentence_transformers.json: default_prompt_name is 'passage'",
                "It must be one of its prompts: query, document.",
                "Add the prompt to the file, or remove default_prompt_name.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SparseEncoder", "CrossEncoder", "MultiVectorEncoder"})
    void refusesAModelOfAnotherKind(String kind) {
        builder.set(PROMPTS, "model_type", "\"" + kind + "\"");
        refused(
                ErrorCode.MODEL_UNSUPPORTED,
                "/config_sentence_transformers.json: model_type is '%s'".formatted(kind),
                "Only a SentenceTransformer gives one dense vector for each text.",
                "Choose a model of the type SentenceTransformer.");
    }

    @Test
    void refusesMoreDimensionsThanThereAre() {
        builder.set(PROMPTS, "truncate_dim", "9");
        refused(
                ErrorCode.MODEL_INVALID,
                "/config_sentence_transformers.json: truncate_dim is 9",
                "It must be an integer from 1 to 8.",
                CORRECT_IT);
    }

    @Test
    void saysWherePoolingLeavesPromptsOut() {
        builder.set(POOLING, "include_prompt", "false").set(PROMPTS, "prompts", "{\"query\": \"q: \"}");
        assertThat(read().includePrompt()).isFalse();
        assertThat(read().prompts()).containsEntry("query", "q: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"max_seq_length": 7}                                              | {"model_max_length": 5} | 7
            {"max_seq_length": 400}                                            | {"model_max_length": 5} | 16
            {"max_seq_length": 1e30}                                           | {"model_max_length": 5} | 16
            {"max_seq_length": null}                                           | {"model_max_length": 5} | 5
            {}                                                                 | {"model_max_length": 5} | 5
            {}                                                                 | {"model_max_length": 512} | 16
            {}                                                                 | {"model_max_length": 1000000000000000019884624838656} | 16
            {}                                                                 | {"model_max_length": 1e30} | 16
            {}                                                                 | {}                      | 16
            {"max_seq_length": 7, "tokenizer_args": {"model_max_length": 9}}   | {"model_max_length": 5} | 9
            {"max_seq_length": 7, "processor_kwargs": {"model_max_length": 9}} | {"model_max_length": 5} | 9
            {"processing_kwargs": {"text": {"max_length": 8}}}                 | {"model_max_length": 5} | 8
            """)
    void takesTheLimitThatSentenceTransformersTakes(String sentence, String tokenizer, int maxTokens) {
        builder.file(SENTENCE, sentence).file(TOKENIZER, tokenizer);
        assertThat(read().maxTokens()).isEqualTo(maxTokens);
    }

    /** A network without a table of positions takes any text, whatever its configuration names. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            {}                     | {"model_max_length": 9000} | 8192 | 8192
            {}                     | {"model_max_length": 1e30} | 8192 | 8192
            {}                     | {"model_max_length": 512}  | 8192 | 512
            {}                     | {"model_max_length": 9000} | -1   | 9000
            {}                     | {"model_max_length": 9000} | null | 9000
            {}                     | {}                         | null | 2147483647
            {"max_seq_length": 9000} | {"model_max_length": 512} | 8192 | 9000
            {"tokenizer_args": {"model_max_length": 1e30}} | {"model_max_length": 512} | 8192 | 2147483647
            """)
    void onlyTheLastRuleKnowsThePositionsThatAConfigurationNames(
            String sentence, String tokenizer, String positions, int maxTokens) {
        builder.file(SENTENCE, sentence).file(TOKENIZER, tokenizer).set(CONFIG, "max_position_embeddings", positions);
        FolderFiles files = new FolderFiles(builder.write());
        TransformerConfig config =
                TransformerConfig.read(files, ModuleList.read(files, Optional.empty()), Optional.empty());
        assertThat(config.maxTokens(files.json("", CONFIG), Integer.MAX_VALUE)).isEqualTo(maxTokens);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-5", "1.5", "-1e30"})
    void refusesALimitThatIsNoCount(String limit) {
        builder.set(SENTENCE, "max_seq_length", limit);
        refused(
                ErrorCode.MODEL_INVALID,
                "/sentence_bert_config.json: max_seq_length is " + limit,
                "It must be an integer from 1 to 2147483647.",
                CORRECT_IT);
    }

    @Test
    void movesOnFromAnEmptyFileToTheNextName() {
        builder.file(SENTENCE, "{}").file("sentence_roberta_config.json", "{\"max_seq_length\": 6}");
        assertThat(read().maxTokens()).isEqualTo(6);
    }

    @Test
    void readsWhatTheFilesSayOfTheTokenizer() {
        builder.set(SENTENCE, "do_lower_case", "true")
                .set(SENTENCE, "tokenizer_args", "{\"tokenize_chinese_chars\": false}")
                .set(TOKENIZER, "do_lower_case", "false")
                .set(TOKENIZER, "strip_accents", "true")
                .set(TOKENIZER, "truncation_side", "\"left\"")
                .set(TOKENIZER, "cls_token", "\"[C]\"")
                .set(TOKENIZER, "extra_ids", "3")
                .set(TOKENIZER, "sep_token", "{\"content\": \"[S]\", \"lstrip\": false}");
        assertThat(read().tokenizer())
                .isEqualTo(new TokenizerSettings(
                        TokenizerKind.BERT,
                        true,
                        true,
                        true,
                        Map.of("tokenize_chinese_chars", false, "do_lower_case", false, "strip_accents", true),
                        Map.of("extra_ids", 3),
                        new SpecialTokens(
                                Map.of(
                                        "cls_token",
                                        Optional.of(Token.special("[C]")),
                                        "sep_token",
                                        Optional.of(
                                                new Token("[S]", false, false, false, false, Optional.empty(), false))),
                                Optional.empty(),
                                Optional.empty(),
                                new TreeMap<>(),
                                false)));
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            -, BERT
            BertTokenizerFast, BERT
            DistilBertTokenizer, BERT
            PreTrainedTokenizerFast, AS_WRITTEN
            TokenizersBackend, AS_WRITTEN
            XLMRobertaTokenizer, XLM_ROBERTA
            LongformerTokenizerFast, ROBERTA
            SmolLM3Tokenizer, AS_WRITTEN
            """)
    void takesTheTokenizerClassThatTransformersTakes(String declared, TokenizerKind kind) {
        builder.set(TOKENIZER, "tokenizer_class", declared == null ? "null" : "\"" + declared + "\"");
        assertThat(read().tokenizer().kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            transformer_task | "fill-mask"                                        | transformer_task is 'fill-mask'
            modality_config  | {"text": {}, "message": {}}                        | modality_config has 'message'
            modality_config  | {"text": {"method_output_name": "pooler_output"}}  | method_output_name is [pooler_output]
            modality_config  | {"text": {"method": "get_text_features"}}          | method is [get_text_features]
            module_output_name | "sentence_embedding"                             | module_output_name is 'sentence_embedding'
            """)
    void refusesATransformerUsedInAnotherWay(String field, String json, String what) {
        builder.set(SENTENCE, field, json);
        refused(
                ErrorCode.MODEL_UNSUPPORTED,
                "/sentence_bert_config.json: " + what,
                PLAIN_TEXT_ONLY,
                "Choose a model that needs nothing else.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            BertJapaneseTokenizer | A tokenizer of this class is Python code and does not read tokenizer.json.
            MBart50TokenizerFast  | A tokenizer of this class is built anew from its vocabulary, and Embark does not build it.
            """)
    void refusesATokenizerClassThatIsNotBuilt(String declared, String why) {
        builder.set(TOKENIZER, "tokenizer_class", "\"" + declared + "\"");
        refused(
                ErrorCode.MODEL_UNSUPPORTED,
                "/tokenizer_config.json: tokenizer_class is '" + declared + "'",
                why,
                "Choose a model with another tokenizer.");
    }

    @Test
    void refusesATokenizerWhosePiecesTransformersReplaces() {
        builder.set(TOKENIZER, "fix_mistral_regex", "true");
        assertThat(read().tokenizer().kind()).isEqualTo(TokenizerKind.BERT);
        JsonConfig mistral = JsonConfig.parse("", "{\"model_type\": \"mistral\"}".getBytes(UTF_8));
        JsonConfig file = JsonConfig.parse("/m", "{\"fix_mistral_regex\": true}".getBytes(UTF_8));
        JsonConfig none = JsonConfig.empty("");
        TokenizerConfig tokenizer = new TokenizerConfig(file, none, new LegacyTokens(none, none));
        assertRefused(
                () -> tokenizer.settings(mistral, true, true, false),
                ErrorCode.MODEL_UNSUPPORTED,
                "/m: fix_mistral_regex is true",
                "transformers then replaces the regular expression of tokenizer.json.",
                "Save the tokenizer with transformers 5, which writes the one that it uses, and remove the field.");
    }

    @Test
    void refusesASideThatTextsDoNotHave() {
        builder.set(TOKENIZER, "truncation_side", "\"middle\"");
        refused(
                ErrorCode.MODEL_INVALID,
                "/tokenizer_config.json: truncation_side is 'middle'",
                "It must be left or right.",
                CORRECT_IT);
    }

    @Test
    void showsAValueOfAFileOnOneLineOfBoundedLength() {
        builder.set(CONFIG, "model_type", "\"a\\n\\u2028%s\"".formatted("b".repeat(500)));
        refused(
                ErrorCode.MODEL_UNSUPPORTED,
                "/config.json: unknown model_type 'a\\u000a\\u2028%s...'".formatted("b".repeat(107)),
                "It is no architecture of transformers: its models bring code of their own, which is never run. Known are: %s."
                        .formatted(String.join(", ", Families.modelTypes())),
                "Choose a model of one of these architectures.");
    }

    private ModelSpecification read() {
        return open().specification();
    }

    private ModelFolder open() {
        return ModelReference.open(builder.write().toString(), temporary);
    }

    private void refused(ErrorCode code, String problem, String cause, String remedy) {
        assertRefused(this::read, code, folder + problem, cause, remedy);
    }
}
