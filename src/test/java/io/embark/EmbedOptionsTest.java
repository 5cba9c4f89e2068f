/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbedOptionsTest {
    /** One choice for each option that is not its default. */
    private static final Map<String, String> EVERYTHING = everything();

    @Test
    void leavesEveryChoiceToItsDefault() {
        EmbedOptions options = EmbedOptions.defaults();
        assertThat(options.get(EmbedOptions.MODEL)).isEqualTo("all-MiniLM-L6-v2");
        assertThat(options.get(EmbedOptions.TRUST_MODEL_CODE)).isFalse();
        assertThat(options.get(EmbedOptions.PROMPT)).isNull();
        assertThat(options.get(EmbedOptions.PROMPT_NAME)).isNull();
        assertThat(options.get(EmbedOptions.TASK)).isNull();
        assertThat(options.get(EmbedOptions.DIMENSIONS)).isNull();
        assertThat(options.get(EmbedOptions.NORMALIZE)).isFalse();
        assertThat(options.get(EmbedOptions.ENCODING)).isEqualTo(Encoding.FLOAT32);
        assertThat(options.get(EmbedOptions.ENCODING_RANGES)).isNull();
        assertThat(options.get(EmbedOptions.PRECISION)).isEqualTo(Precision.AUTO);
        assertThat(options.get(EmbedOptions.DEVICE)).isEqualTo(Device.AUTO);
        assertThat(options.get(EmbedOptions.MAX_TOKENS)).isNull();
        assertThat(options.get(EmbedOptions.LONG_TEXT)).isEqualTo(LongText.TRUNCATE);
        assertThat(options.get(EmbedOptions.MAX_TEXT_CHARACTERS)).isEqualTo(10_000_000);
        assertThat(options.get(EmbedOptions.BLANK)).isEqualTo(BlankText.EMBED);
        assertThat(options.get(EmbedOptions.ON_ERROR)).isEqualTo(OnError.FAIL);
        assertThat(options.get(EmbedOptions.BATCH_TOKENS)).isEqualTo(1024);
        assertThat(options.get(EmbedOptions.WINDOW)).isEqualTo(4096);
        assertThat(options.get(EmbedOptions.THREADS)).isZero();
        assertThat(options.get(EmbedOptions.CACHE_DIR)).isNull();
        assertThat(options.get(EmbedOptions.TUNE_MALLOC)).isTrue();
        assertThat(options.toMap()).isEmpty();
        assertThat(options).hasToString("{}");
    }

    @Test
    void readsEveryOptionByItsKey() {
        EmbedOptions options = EmbedOptions.parse(EVERYTHING);
        assertThat(EVERYTHING.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        EmbedOptions.all().stream().map(Option::key).toList());
        assertThat(options.get(EmbedOptions.MODEL)).isEqualTo("/models/e5");
        assertThat(options.get(EmbedOptions.TRUST_MODEL_CODE)).isTrue();
        assertThat(options.get(EmbedOptions.PROMPT)).isEqualTo("query: ");
        assertThat(options.get(EmbedOptions.DIMENSIONS)).isEqualTo(256);
        assertThat(options.get(EmbedOptions.NORMALIZE)).isTrue();
        assertThat(options.get(EmbedOptions.DEVICE)).isEqualTo(Device.GPU);
        assertThat(options.get(EmbedOptions.BLANK)).isEqualTo(BlankText.NULL);
        assertThat(options.get(EmbedOptions.TUNE_MALLOC)).isFalse();
    }

    @Test
    void writesItsChoicesAsItReadsThem() {
        EmbedOptions options = EmbedOptions.parse(EVERYTHING);
        assertThat(options.toMap()).containsExactlyInAnyOrderEntriesOf(EVERYTHING);
        assertThat(EmbedOptions.parse(options.toMap())).isEqualTo(options);
    }

    @Test
    void survivesTheWayToAnExecutor() throws Exception {
        EmbedOptions options = EmbedOptions.parse(EVERYTHING);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(options);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            EmbedOptions arrived = (EmbedOptions) in.readObject();
            assertThat(arrived).isEqualTo(options).hasSameHashCodeAs(options);
            assertThat(arrived.get(EmbedOptions.DEVICE)).isEqualTo(Device.GPU);
            assertThat(EmbedOptions.defaults().orElse(arrived)).isEqualTo(options);
        }
    }

    @Test
    void isEqualIfItChoosesTheSameByDefaultOrByWord() {
        EmbedOptions byWord =
                EmbedOptions.parse(Map.of("batch-tokens", "1024", "normalize", "FALSE", "device", "Auto"));
        assertThat(byWord).isEqualTo(EmbedOptions.defaults()).hasSameHashCodeAs(EmbedOptions.defaults());
        assertThat(byWord.toMap()).isEmpty();
        assertThat(EmbedOptions.parse(Map.of("window", "7"))).isNotEqualTo(EmbedOptions.parse(Map.of("window", "8")));
    }

    @Test
    void changesACopyAndTakesAChoiceBack() {
        EmbedOptions changed = EmbedOptions.defaults().with(EmbedOptions.WINDOW, 7);
        assertThat(EmbedOptions.defaults().get(EmbedOptions.WINDOW)).isEqualTo(4096);
        assertThat(changed.get(EmbedOptions.WINDOW)).isEqualTo(7);
        assertThat(changed).hasToString("{window=7}");
        assertThat(changed.with(EmbedOptions.WINDOW, null)).isEqualTo(EmbedOptions.defaults());
        assertThat(changed.with(EmbedOptions.WINDOW, 4096)).isEqualTo(EmbedOptions.defaults());
    }

    @Test
    void leavesToOthersWhatItDoesNotChoose() {
        EmbedOptions call = EmbedOptions.parse(Map.of("window", "7", "normalize", "true"));
        EmbedOptions session = EmbedOptions.parse(Map.of("window", "8", "dimensions", "256"));

        assertThat(call.orElse(session))
                .isEqualTo(EmbedOptions.parse(Map.of("window", "7", "normalize", "true", "dimensions", "256")));
        assertThat(session.orElse(call).get(EmbedOptions.WINDOW)).isEqualTo(8);
        assertThat(EmbedOptions.defaults().orElse(session)).isEqualTo(session);
        assertThat(session.orElse(EmbedOptions.defaults())).isEqualTo(session);
        assertThatThrownBy(() -> call.orElse(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("others is null");
    }

    @Test
    void aDefaultThatWasChosenByWordWinsOverOthers() {
        EmbedOptions session = EmbedOptions.parse(Map.of("window", "8", "normalize", "true", "model", "/models/e5"));
        EmbedOptions call = EmbedOptions.parse(Map.of("window", "4096", "normalize", "false"))
                .with(EmbedOptions.MODEL, "all-MiniLM-L6-v2");

        assertThat(call.orElse(session)).isEqualTo(EmbedOptions.defaults());
        assertThat(call.with(EmbedOptions.MODEL, null).orElse(session).get(EmbedOptions.MODEL))
                .isEqualTo("/models/e5");
        assertThat(EmbedOptions.defaults().orElse(call).orElse(session)).isEqualTo(EmbedOptions.defaults());
    }

    @Test
    void aPromptNameIsNotOverruledByThePromptOfOthers() {
        EmbedOptions name = EmbedOptions.parse(Map.of("prompt-name", "query"));
        EmbedOptions prompt = EmbedOptions.parse(Map.of("prompt", "passage: "));

        assertThat(name.orElse(prompt)).isEqualTo(name);
        assertThat(prompt.orElse(name).get(EmbedOptions.PROMPT)).isEqualTo("passage: ");
        assertThat(EmbedOptions.parse(Map.of("prompt", "a", "prompt-name", "b")).orElse(prompt))
                .isEqualTo(EmbedOptions.parse(Map.of("prompt", "a", "prompt-name", "b")));
    }

    @Test
    void keepsAPromptAsItIs() {
        EmbedOptions options = EmbedOptions.parse(Map.of("prompt", " a:\n\t"));
        assertThat(options.get(EmbedOptions.PROMPT)).isEqualTo(" a:\n\t");
        assertThat(EmbedOptions.parse(Map.of("prompt", "")).get(EmbedOptions.PROMPT))
                .isEmpty();
    }

    @Test
    void readsNumbersFlagsAndNamesWithSpaceAroundAndInEitherCase() {
        EmbedOptions options = EmbedOptions.parse(
                Map.of("window", " 7 ", "normalize", " True", "long-text", "FAIL ", "device", "CPU"));
        assertThat(options.toMap())
                .containsExactly(
                        entry("device", "cpu"),
                        entry("long-text", "fail"),
                        entry("normalize", "true"),
                        entry("window", "7"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            batch-size  | Leave it out, or choose one of these.
            batch_tokens | Did you mean batch-tokens?
            batchTokens | Did you mean batch-tokens?
            Model       | Did you mean model?
            max-token   | Did you mean max-tokens?
            ''          | Leave it out, or choose one of these.
            """)
    void refusesAKeyThatDoesNotExist(String key, String remedy) {
        assertRefused(
                () -> EmbedOptions.parse(Map.of(key, "1")),
                ErrorCode.OPTION_UNKNOWN,
                "option '%s' does not exist".formatted(key),
                "The options are model, trust-model-code, prompt, prompt-name, task, dimensions, normalize, encoding, encoding-ranges, precision, device, max-tokens,"
                        + " long-text, max-text-characters, blank, on-error, batch-tokens, window, threads, cache-dir, cache-megabytes, tune-malloc.",
                remedy);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            dimensions   | 0        | 1 to 65536 components         | the model's own
            dimensions   | 65537    | 1 to 65536 components         | the model's own
            dimensions   | 1e3      | 1 to 65536 components         | the model's own
            max-tokens   | -1       | 1 to 1048576 tokens           | the model's own
            max-tokens   | 99999999999 | 1 to 1048576 tokens        | the model's own
            batch-tokens | 15       | 16 to 1048576 tokens          | 1024
            batch-tokens | ''       | 16 to 1048576 tokens          | 1024
            window       | 0        | 1 to 1048576 rows             | 4096
            window       | ten      | 1 to 1048576 rows             | 4096
            threads      | -1       | 0 to 4096 threads             | 0
            threads      | 4097     | 0 to 4096 threads             | 0
            normalize    | yes      | true, false                   | false
            tune-malloc  | 1        | true, false                   | true
            device       | tpu      | auto, cpu, gpu                | auto
            precision    | float64  | auto, float32, float16, bfloat16, int8 | auto
            long-text    | chunk    | truncate, fail, mean, chunks  | truncate
            blank        | ''       | embed, null, fail             | embed
            on-error     | skip     | fail, null                    | fail
            """)
    void refusesAValueThatTheOptionDoesNotTake(String key, String value, String values, String defaultText) {
        assertRefused(
                () -> EmbedOptions.parse(Map.of(key, value)),
                ErrorCode.OPTION_INVALID,
                "option %s: '%s' is not a possible value".formatted(key, value),
                "It takes %s.".formatted(values),
                "Set %s to one of these, or leave it out for its default (%s).".formatted(key, defaultText));
    }

    @Test
    void checksAValueThatIsSetInJavaAsWell() {
        assertRefused(
                () -> EmbedOptions.defaults().with(EmbedOptions.BATCH_TOKENS, 8),
                ErrorCode.OPTION_INVALID,
                "option batch-tokens: '8' is not a possible value",
                "It takes 16 to 1048576 tokens.",
                "Set batch-tokens to one of these, or leave it out for its default (1024).");
    }

    @Test
    void refusesNull() {
        assertThatThrownBy(() -> EmbedOptions.parse(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("settings is null");
        assertThatThrownBy(() -> EmbedOptions.parse(Collections.singletonMap("model", null)))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("value is null");
        assertThatThrownBy(() -> EmbedOptions.defaults().with(null, 1))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("option is null");
    }

    @Test
    void everyOptionSaysWhatItTakesAndWhatItDoes() {
        assertThat(EmbedOptions.all()).allSatisfy(option -> {
            assertThat(option.key()).matches("[a-z]+(-[a-z]+)*").hasToString(option.toString());
            assertThat(option.values()).isNotBlank();
            assertThat(option.description()).endsWith(".");
            assertThat(EmbedOptions.option(option.key())).isSameAs(option);
        });
    }

    @Test
    void everyDefaultIsAPossibleValue() {
        assertThat(EmbedOptions.all())
                .filteredOn(option -> option.defaultValue() != null)
                .allSatisfy(option ->
                        assertThat((Object) option.parse(option.defaultText())).isEqualTo(option.defaultValue()));
    }

    private static Map<String, String> everything() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("model", "/models/e5");
        all.put("trust-model-code", "true");
        all.put("prompt", "query: ");
        all.put("prompt-name", "query");
        all.put("task", "document");
        all.put("dimensions", "256");
        all.put("normalize", "true");
        all.put("encoding", "int8");
        all.put("encoding-ranges", "{\"min\": [-1.0], \"max\": [1.0]}");
        all.put("precision", "bfloat16");
        all.put("device", "gpu");
        all.put("max-tokens", "128");
        all.put("long-text", "fail");
        all.put("max-text-characters", "1000");
        all.put("blank", "null");
        all.put("on-error", "null");
        all.put("batch-tokens", "64");
        all.put("window", "10");
        all.put("threads", "2");
        all.put("cache-dir", "/tmp/x");
        all.put("cache-megabytes", "500");
        all.put("tune-malloc", "false");
        return Collections.unmodifiableMap(all);
    }
}
