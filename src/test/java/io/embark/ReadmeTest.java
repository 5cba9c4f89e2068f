package io.embark;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds README.md and conf/embark.conf to the options that there are. */
class ReadmeTest {
    private static final Path README = Path.of("README.md");
    private static final Path CONF = Path.of("conf", "embark.conf");

    /** {@code | `--model` | `default` |}, or the default in words where there is no fixed one. */
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `--([a-z-]+)` \\| ([^|]+) \\| [^|]+ \\| [^|]+ \\|$");

    static List<Option<?>> options() {
        return EmbedOptions.all();
    }

    @ParameterizedTest
    @MethodSource("options")
    void readmeHasEachOptionWithItsDefault(Option<?> option) throws IOException {
        List<MatchResult> rows = ROW.matcher(Files.readString(README))
                .results()
                .filter(row -> row.group(1).equals(option.key()))
                .toList();

        assertThat(rows).as("rows of --%s in %s", option.key(), README).hasSize(1);
        if (option.defaultValue() != null) {
            assertThat(rows.get(0).group(2)).isEqualTo("`%s`".formatted(option.defaultText()));
        }
    }

    @Test
    void readmeHasNoOptionThatDoesNotExist() throws IOException {
        Stream<String> keys = ROW.matcher(Files.readString(README)).results().map(row -> row.group(1));

        assertThat(keys)
                .containsExactlyElementsOf(options().stream().map(Option::key).toList());
    }

    @ParameterizedTest
    @MethodSource("options")
    void configurationFileHasEachOptionWithItsDefault(Option<?> option) throws IOException {
        String withDefaults = Files.readString(CONF).replaceAll("(?m)^( *)#([a-z])", "$1$2");
        Config embark = ConfigFactory.parseString(withDefaults).getConfig("embark");

        assertThat(embark.hasPathOrNull(option.key()))
                .as("%s in %s", option.key(), CONF)
                .isTrue();
        if (option.defaultValue() == null) {
            assertThat(embark.getIsNull(option.key())).isTrue();
        } else {
            assertThat(embark.getString(option.key())).isEqualTo(option.defaultText());
        }
    }

    @Test
    void readmeNamesTheJarsThatTheBuildMakes() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        String version = value(pom, "version");

        assertThat(README)
                .content()
                .contains("embark-spark-3.5_2.12-%s.jar".formatted(version))
                .contains("pytorch-native-cpu-%s-%s.jar"
                        .formatted(value(pom, "pytorch.version"), value(pom, "pytorch.classifier")))
                .contains("%s-%s.jar"
                        .formatted(value(pom, "bundled.model.artifact"), value(pom, "bundled.model.version")));
    }

    private static String value(String pom, String element) {
        MatchResult first = Pattern.compile("<%1$s>([^<]+)</%1$s>".formatted(Pattern.quote(element)))
                .matcher(pom)
                .results()
                .findFirst()
                .orElseThrow();
        return first.group(1);
    }
}
