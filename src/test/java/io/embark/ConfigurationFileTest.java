package io.embark;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds conf/embark.conf to the options that there are. */
class ConfigurationFileTest {
    private static final Path CONF = Path.of("conf", "embark.conf");

    static List<Option<?>> options() {
        return EmbedOptions.all();
    }

    @ParameterizedTest
    @MethodSource("options")
    void theFileHasEachOptionWithItsDefault(Option<?> option) throws IOException {
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
}
