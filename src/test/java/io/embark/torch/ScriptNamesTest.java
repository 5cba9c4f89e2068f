/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.model.Backbone;
import io.embark.model.ModelReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Java and the scripts meet in names, which no compiler checks: what one side passes, the other reads. */
class ScriptNamesTest {
    /** The methods that {@link Encoder} calls. */
    private static final List<String> ENTRIES = List.of(
            "number",
            "choice",
            "allocate",
            "fill",
            "transpose",
            "change",
            "settle",
            "prepare",
            "place",
            "adds_exactly",
            "pack",
            "forward");

    /** Set for every network; a table has one way of pooling, and only a network of Embark's has modules before it. */
    private static final Set<String> CHOICES_OF_ALL = Set.of("modules", "pooling", "precision", "token_modules");

    private static final Pattern METHOD = Pattern.compile("^    def (\\w+)\\(", Pattern.MULTILINE);
    private static final Pattern CALL = Pattern.compile("\\bself\\.(\\w+)\\(");
    private static final Pattern COMMENT = Pattern.compile("#.*");
    private static final Pattern READ = Pattern.compile(
            "\\bself\\.(?<of>numbers|choices)\\[\"(?<name>\\w+)\"](?! *=[^=])|\"(?<asked>\\w+)\" (?:not )?in self\\.(?<in>numbers|choices)\\b");

    /** Where Java's names come in. */
    private static final Pattern WRITTEN = Pattern.compile("\\bself\\.(?:numbers|choices)\\[name] = value\\n");

    static Set<String> families() {
        return backbones().keySet();
    }

    @ParameterizedTest
    @MethodSource("families")
    void aScriptReadsTheNumbersAndChoicesThatJavaPasses(String family) {
        Set<String> numbers = new TreeSet<>();
        Set<String> choices = new TreeSet<>(CHOICES_OF_ALL);
        for (Backbone backbone : backbones().get(family)) {
            numbers.addAll(Encoder.numbers(backbone).keySet());
            choices.addAll(Encoder.choices(backbone).keySet());
        }
        if (family.equals("static")) {
            choices.remove("pooling");
        }
        if (family.equals("static") || family.equals("program")) {
            choices.remove("token_modules");
        }

        Map<String, String> methods = methods(family);
        Set<String> readNumbers = new TreeSet<>();
        Set<String> readChoices = new TreeSet<>();
        for (String method : reachable(methods)) {
            Matcher read = READ.matcher(methods.get(method));
            while (read.find()) {
                String name = read.group("name") == null ? read.group("asked") : read.group("name");
                String of = read.group("of") == null ? read.group("in") : read.group("of");
                (of.equals("numbers") ? readNumbers : readChoices).add(name);
            }
        }
        assertThat(readNumbers).isEqualTo(numbers);
        assertThat(readChoices).isEqualTo(choices);
    }

    @ParameterizedTest
    @MethodSource("families")
    void aScriptReadsThemInNoOtherForm(String family) {
        methods(family).forEach((name, body) -> {
            String rest = READ.matcher(body).replaceAll("");
            if (name.equals("number") || name.equals("choice")) {
                rest = WRITTEN.matcher(rest).replaceFirst("");
            }
            assertThat(rest).as(name).doesNotContainPattern("\\b(numbers|choices)\\b");
        });
    }

    @Test
    void everyMethodIsCalledInSomeFamily() {
        Set<String> all = new TreeSet<>();
        Set<String> called = new TreeSet<>();
        for (String family : families()) {
            Map<String, String> methods = methods(family);
            all.addAll(methods.keySet());
            called.addAll(reachable(methods));
        }
        assertThat(called).isEqualTo(all);
    }

    @Test
    void everyNetworkHasAFixture() throws Exception {
        Set<String> networks = new TreeSet<>();
        Path scripts =
                Path.of(ScriptArchive.class.getResource("bert.py").toURI()).getParent();
        try (Stream<Path> files = Files.list(scripts)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".py")).toList()) {
                if (Files.readString(file).contains("def prepare(")) {
                    networks.add(file.getFileName().toString().replace(".py", ""));
                }
            }
        }
        assertThat(families()).isEqualTo(networks);
    }

    private static Set<String> reachable(Map<String, String> methods) {
        Set<String> reached = new TreeSet<>();
        Deque<String> next = new ArrayDeque<>(ENTRIES);
        while (!next.isEmpty()) {
            String method = next.remove();
            assertThat(methods).containsKey(method);
            if (reached.add(method)) {
                CALL.matcher(methods.get(method)).results().forEach(call -> next.add(call.group(1)));
            }
        }
        return reached;
    }

    /** The methods of a family's class by name, without comments. */
    private static Map<String, String> methods(String family) {
        String source = COMMENT.matcher(ScriptArchive.source(family)).replaceAll("");
        Map<String, String> methods = new HashMap<>();
        Matcher method = METHOD.matcher(source);
        boolean more = method.find();
        while (more) {
            String name = method.group(1);
            int start = method.start();
            more = method.find();
            assertThat(methods.put(name, source.substring(start, more ? method.start() : source.length())))
                    .as("a second %s", name)
                    .isNull();
        }
        return methods;
    }

    /** What the fixtures' folders say about their networks, by family. */
    private static Map<String, List<Backbone>> backbones() {
        Map<String, List<Backbone>> families = new TreeMap<>();
        try (Stream<Path> folders = Files.list(
                Path.of(ScriptNamesTest.class.getResource("/io/embark/families").toURI()))) {
            for (Path folder : folders.filter(Files::isDirectory).toList()) {
                EmbedOptions options = EmbedOptions.defaults()
                        .with(EmbedOptions.MODEL, folder.toString())
                        .with(EmbedOptions.TRUST_MODEL_CODE, true);
                Backbone backbone = ModelReference.open(options).specification().backbone();
                families.merge(backbone.script(), List.of(backbone), (before, more) -> Stream.concat(
                                before.stream(), more.stream())
                        .toList());
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return families;
    }
}
