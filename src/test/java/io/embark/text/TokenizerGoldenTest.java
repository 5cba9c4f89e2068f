/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.EmbedOptions;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import io.embark.torch.TorchRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The ids that AutoTokenizer of transformers gives; {@code src/test/oracle/write_tokenizers.py} writes them. */
class TokenizerGoldenTest {
    private static final Path GOLDEN =
            Path.of(System.getProperty("embark.tokenizers", "src/test/resources/io/embark/text/tokenizers.json"));

    @TempDir
    Path temporary;

    private final JsonObject golden = read();

    @BeforeAll
    static void start() {
        TorchRuntime.start(EmbedOptions.defaults());
    }

    @TestFactory
    Stream<DynamicTest> givesTheIdsOfTransformers() {
        return golden.getAsJsonArray("folders").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .map(folder -> DynamicTest.dynamicTest(folder.get("name").getAsString(), () -> assertIds(folder)));
    }

    @Test
    void isWrittenByThePinnedVersions() throws IOException {
        String pinned = Files.readString(Path.of("src/test/oracle/requirements.txt"));
        golden.getAsJsonObject("versions").asMap().forEach((name, version) -> assertThat(pinned)
                .contains(name + "==" + version.getAsString()));
    }

    private void assertIds(JsonObject golden) {
        List<String> texts = this.golden.getAsJsonArray("texts").asList().stream()
                .map(JsonElement::getAsString)
                .toList();
        JsonArray ids = golden.getAsJsonArray("ids");
        assertThat(texts).hasSize(ids.size()).hasSizeGreaterThan(15);
        try (TextTokenizer tokenizer =
                TextTokenizer.open(folder(golden), this.golden.get("limit").getAsInt())) {
            List<TokenizedText> tokenized = tokenizer.tokenize(texts);
            for (int i = 0; i < texts.size(); i++) {
                List<Integer> expected = new ArrayList<>();
                this.golden
                        .getAsJsonArray("ids")
                        .get(ids.get(i).getAsInt())
                        .getAsJsonArray()
                        .forEach(id -> expected.add(id.getAsInt()));
                assertThat(tokenized.get(i).ids())
                        .as("ids of '%s'", texts.get(i))
                        .containsExactly(
                                expected.stream().mapToInt(Integer::intValue).toArray());
            }
        }
    }

    /** A network of another kind under the tokenizer: what it computes does not matter here. */
    private ModelFolder folder(JsonObject golden) {
        Path folder = temporary.resolve(golden.get("name").getAsString().replaceAll("[ :]+", "-"));
        ModelFolderBuilder builder = ModelFolderBuilder.in(folder)
                .file("tokenizer_config.json", golden.get("config").toString())
                .set("config.json", "vocab_size", "1000")
                .tensor("embeddings.word_embeddings.weight", 1000L, 8L);
        if (golden.has("tokenizer")) {
            builder.file("tokenizer.json", SampleTokenizers.golden(this.golden, golden));
        } else {
            builder.without("tokenizer.json");
        }
        golden.getAsJsonObject("files")
                .asMap()
                .forEach((name, content) ->
                        builder.file(name, content.isJsonPrimitive() ? content.getAsString() : content.toString()));
        return ModelReference.open(builder.write().toString(), temporary);
    }

    private static JsonObject read() {
        try {
            return JsonParser.parseString(Files.readString(GOLDEN)).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
