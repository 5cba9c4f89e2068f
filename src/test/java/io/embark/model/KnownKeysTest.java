/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.EmbarkException;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.Family;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.KnownKeys.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The lists of keys against the readers, and against the oracle's source, whose keys {@code src/test/oracle/write_fields.py} wrote
 * down.
 */
class KnownKeysTest {
    private static final Path RESOURCES = Path.of("src/test/resources/io/embark");
    private static final JsonObject FIELDS =
            JsonParser.parseString(read(RESOURCES.resolve("keys/fields.json"))).getAsJsonObject();

    private static final JsonObject FLIPPED =
            JsonParser.parseString(read(RESOURCES.resolve("keys/idle.json"))).getAsJsonObject();

    /** What {@code src/test/oracle/fuzz-keys} reads. */
    private static final Path WRITTEN = Path.of("target/known-keys.json");

    /** Those whose network is code of a hub, which the oracle does not run. */
    private static final Set<String> OF_HUBS = Set.of("new", "jina_bert");

    /** Each family with the configurations of its fixtures, by name. */
    private static final Map<Family, Map<String, JsonConfig>> FIXTURES = fixtures();

    static Stream<String> modelTypes() {
        return FIELDS.getAsJsonObject("config.json").keySet().stream().filter(type -> !type.isEmpty());
    }

    static Stream<Family> families() {
        return FIXTURES.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("modelTypes")
    void knowsEveryKeyThatTheOracleReads(String type) {
        Set<String> known = family(type).keys().uses().keySet();
        assertThat(known).containsAll(fields("config.json", type));
        assertThat(known).containsAll(plain(fields("config.json", "")));
    }

    @Test
    void holdsTheOracleAgainstEveryTypeThatItHas() {
        Set<String> types = new TreeSet<>(Families.modelTypes());
        types.removeAll(OF_HUBS);
        assertThat(modelTypes()).containsAll(types);
    }

    @Test
    void knowsEveryKeyOfAModule() {
        assertThat(TransformerArguments.KEYS.uses().keySet()).containsAll(fields("modules", "Transformer"));
        ModuleKeys.BY_TYPE.forEach(
                (type, keys) -> assertThat(keys.uses().keySet()).as(type).containsAll(fields("modules", type)));
        assertThat(FIELDS.getAsJsonObject("modules").keySet()).hasSize(ModuleKeys.BY_TYPE.size() + 1);
    }

    @Test
    void knowsEveryKeyOfAnAdapter() {
        assertThat(LoraAdapter.KEYS.uses().keySet())
                .containsExactlyInAnyOrderElementsOf(fields("adapter_config.json", "LORA"));
    }

    @ParameterizedTest
    @MethodSource("families")
    void asksForTheKeysThatItCallsHonoured(Family family) {
        KnownKeys keys = family.keys();
        Set<String> asked = new TreeSet<>();
        for (JsonConfig config : FIXTURES.get(family).values()) {
            JsonConfig own = keys.read(config);
            family.read(own);
            asked.addAll(own.asked());
        }
        Set<String> honoured = honoured(keys);
        // What is asked only where something else is not there.
        for (JsonConfig config : FIXTURES.get(family).values()) {
            for (String absent : honoured) {
                asked.addAll(askedWithout(absent, keys.read(config), family));
            }
        }
        assertThat(honoured).containsAll(asked);
        honoured.removeAll(honoured(ConfigKeys.COMMON));
        assertThat(asked).containsAll(honoured);
    }

    /** {@code src/test/oracle/fuzz-keys} flips them, and records it of all families that there are then. */
    @ParameterizedTest
    @MethodSource("families")
    void callsIdleOnlyWhatLeftTheVectorsOfTheOracleAlone(Family family) {
        List<JsonObject> flipped = family.modelTypes().stream()
                .filter(FLIPPED::has)
                .map(FLIPPED::getAsJsonObject)
                .toList();
        if (!flipped.isEmpty() && family.modelTypes().stream().noneMatch(OF_HUBS::contains)) {
            Map<String, Use> common = ConfigKeys.COMMON.uses();
            List<String> idle = new ArrayList<>();
            family.keys().uses().forEach((key, use) -> {
                if (use instanceof Use.Idle && !(common.get(key) instanceof Use.Idle)) {
                    idle.add(key);
                }
            });
            assertThat(flipped.stream().flatMap(each -> each.keySet().stream())).containsAll(idle);
        }
    }

    @Test
    void callsIdleWhatAllHaveOnlyIfItLeftTheVectorsAlone() {
        List<String> idle = new ArrayList<>();
        ConfigKeys.COMMON.uses().forEach((key, use) -> {
            if (use instanceof Use.Idle) {
                idle.add(key);
            }
        });
        assertThat(FLIPPED.getAsJsonObject("bert").keySet()).containsAll(idle);
    }

    @Test
    void writesTheListsForTheOracle() throws IOException {
        Map<String, Object> lists = new TreeMap<>();
        lists.put("sentence_bert_config.json", described(TransformerArguments.KEYS));
        lists.put("model_kwargs", described(TransformerArguments.MODEL));
        lists.put("processing_kwargs.text", described(TransformerArguments.CALL));
        lists.put("processor_kwargs", described(TokenizerConfig.ARGUMENTS));
        List<Object> families = new ArrayList<>();
        FIXTURES.forEach((family, configs) ->
                families.add(Map.of("fixtures", configs.keySet(), "keys", described(family.keys()))));
        Gson gson = new GsonBuilder().setPrettyPrinting().create();
        Files.writeString(
                WRITTEN,
                gson.toJson(Map.of("common", described(ConfigKeys.COMMON), "files", lists, "families", families)));
    }

    private static Set<String> askedWithout(String absent, JsonConfig config, Family family) {
        JsonConfig silent = config.overlaid(
                JsonConfig.parse("", "{\"%s\": null}".formatted(absent).getBytes(UTF_8)));
        try {
            family.read(silent);
        } catch (EmbarkException e) {
            // It cannot do without that one.
        }
        return silent.asked();
    }

    private static Map<String, String> described(KnownKeys keys) {
        Map<String, String> described = new TreeMap<>();
        keys.uses().forEach((key, use) -> described.put(key, kind(use)));
        return described;
    }

    private static String kind(Use use) {
        if (use instanceof Use.Honoured) {
            return "honoured";
        } else if (use instanceof Use.Idle) {
            return "idle";
        }
        return use instanceof Use.Refused ? "refused" : "other name";
    }

    private static Set<String> honoured(KnownKeys keys) {
        return keys.uses().entrySet().stream()
                .filter(entry -> entry.getValue() instanceof Use.Honoured)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Without what only networks with rotary positions read, which stands among their own keys. */
    private static Set<String> plain(Set<String> common) {
        Set<String> plain = new TreeSet<>(common);
        plain.removeIf(key -> key.startsWith("rope_"));
        return plain;
    }

    private static Family family(String type) {
        return Families.of(
                JsonConfig.parse(
                        type, "{\"model_type\": \"%s\"}".formatted(type).getBytes(UTF_8)),
                "");
    }

    private static Set<String> fields(String file, String name) {
        return FIELDS.getAsJsonObject(file).getAsJsonArray(name).asList().stream()
                .map(JsonElement::getAsString)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<Family, Map<String, JsonConfig>> fixtures() {
        Map<Family, Map<String, JsonConfig>> fixtures = new LinkedHashMap<>();
        try (Stream<Path> folders = Files.list(RESOURCES.resolve("families"))) {
            folders.sorted()
                    .map(folder -> folder.resolve("config.json"))
                    .filter(Files::exists)
                    .forEach(file -> {
                        JsonConfig config = JsonConfig.read(file);
                        Families.find(config)
                                .ifPresent(family -> fixtures.computeIfAbsent(family, any -> new TreeMap<>())
                                        .put(file.getParent().getFileName().toString(), config));
                    });
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return fixtures;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
