/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.embark.EmbedOptions;
import io.embark.Precision;
import io.embark.benchmark.Glosses;
import io.embark.host.CpuFeatures;
import io.embark.job.bench.PrecisionTrial;
import io.embark.model.ModelFolder;
import io.embark.model.ModelReference;
import io.embark.torch.Placement;
import io.embark.torch.TorchRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Published models whose weights come from Maven artifacts, which only the profile {@code real-models} has, against ONNX
 * Runtime on the same weights. Their configuration files are not in the artifacts and stand here.
 */
@Tag("real-models")
class RealModelsTest {
    private static final String BERT = """
            {"model_type": "bert", "hidden_size": 384, "num_hidden_layers": 12, "num_attention_heads": 12,
             "intermediate_size": 1536, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "vocab_size": 30522,
             "max_position_embeddings": 512, "type_vocab_size": 2}""";
    private static final String MODULES = """
            [{"path": "", "type": "sentence_transformers.models.Transformer"},
             {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
             {"path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]""";

    @TempDir
    Path temporary;

    @ParameterizedTest
    @CsvSource({"bge-small-en-v1.5, cls, ''", "e5-small-v2, mean, 'query: '"})
    void givesTheVectorsOfOnnxRuntime(String model, String pooling, String prompt) throws Exception {
        Path folder = write(model, pooling);
        EmbedOptions options = EmbedOptions.defaults()
                .with(EmbedOptions.MODEL, folder.toString())
                .with(EmbedOptions.PROMPT, prompt);
        List<String> texts = new ArrayList<>(Glosses.first(500));
        texts.addAll(NastyTexts.all());
        texts.addAll(MixedLengths.texts(24, 600, 2));

        try (Embedder embedder = Embedder.open(options);
                OnnxOracle oracle = new OnnxOracle(ModelReference.open(folder.toString(), temporary))) {
            CountedVectors embedded = CountedVectors.of(embedder, texts);
            assertThat(embedded.counts().get(Count.TRUNCATED)).isPositive();
            List<String> prompted = texts.stream().map(prompt::concat).toList();
            Differences.assertSame(embedded.vectors(), oracle.embed(prompted));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bge-small-en-v1.5, cls, FLOAT16, 0.99999",
        "bge-small-en-v1.5, cls, BFLOAT16, 0.9998",
        "e5-small-v2, mean, FLOAT16, 0.99999",
        "e5-small-v2, mean, BFLOAT16, 0.9998"
    })
    void staysNearThemInHalfPrecision(String model, String pooling, Precision precision, double minCosine)
            throws Exception {
        ModelFolder folder = ModelReference.open(write(model, pooling).toString(), temporary);
        EmbedOptions options = EmbedOptions.defaults();
        TorchRuntime.start(options);
        List<String> texts = new ArrayList<>(Glosses.first(200));
        texts.addAll(NastyTexts.all());

        try (LoadedModel placed =
                        LoadedModel.open(folder, options, new Placement("cpu", precision, false), new Semaphore(2));
                OnnxOracle oracle = new OnnxOracle(folder)) {
            Differences.assertNear(Embedder.on(placed, options).embed(texts), oracle.embed(texts), minCosine);
        }
    }

    /** What the page Faster on CPUs promises, over the glosses of its table; {@code EMBARK_GLOSSES} says how many. */
    @ParameterizedTest
    @CsvSource({
        "bge-small-en-v1.5, cls, BFLOAT16, 0.9995, 0.9995, 0.99",
        "bge-small-en-v1.5, cls, INT8, 0.998, 0.99, 0.95",
        "e5-small-v2, mean, BFLOAT16, 0.9995, 0.9995, 0.98",
        "e5-small-v2, mean, INT8, 0.998, 0.99, 0.93"
    })
    void staysNearThemInAPrecisionOfCpus(
            String model, String pooling, Precision precision, double mean, double worst, double overlap)
            throws Exception {
        assumeThat(CpuFeatures.have(precision))
                .as("this CPU multiplies in %s".formatted(precision))
                .isTrue();
        ModelFolder folder = ModelReference.open(write(model, pooling).toString(), temporary);
        int glosses = Integer.parseInt(System.getenv().getOrDefault("EMBARK_GLOSSES", "500"));
        EmbedOptions options = EmbedOptions.defaults().with(EmbedOptions.PRECISION, precision);
        PrecisionTrial trial = PrecisionTrial.of(folder, options, Glosses.first(glosses));
        System.out.printf("%s in %s, %s%n", model, trial.exactnessInWords(), trial.paceInWords());
        assertThat(trial.fidelity().meanCosine()).isGreaterThanOrEqualTo(mean);
        assertThat(trial.fidelity().worstCosine()).isGreaterThanOrEqualTo(worst);
        assertThat(trial.fidelity().overlap()).isGreaterThanOrEqualTo(overlap);
    }

    private Path write(String model, String pooling) throws IOException {
        Path folder = temporary.resolve(model);
        Files.createDirectories(folder.resolve("1_Pooling"));
        copy("/%s.onnx".formatted(model), folder.resolve("model.onnx"));
        copy("/%s-tokenizer.json".formatted(model), folder.resolve("tokenizer.json"));
        Files.writeString(folder.resolve("config.json"), BERT);
        Files.writeString(folder.resolve("modules.json"), MODULES);
        Files.writeString(
                folder.resolve("1_Pooling/config.json"),
                "{\"embedding_dimension\": 384, \"pooling_mode\": \"%s\"}".formatted(pooling));
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": true, \"model_max_length\": 512}");
        return folder;
    }

    private static void copy(String resource, Path target) throws IOException {
        try (InputStream in = RealModelsTest.class.getResourceAsStream(resource)) {
            assertThat(in)
                    .as("%s, which the profile real-models brings", resource)
                    .isNotNull();
            Files.copy(in, target);
        }
    }
}
