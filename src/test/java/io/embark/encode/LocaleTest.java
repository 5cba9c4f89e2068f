/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.Device;
import io.embark.EmbedOptions;
import io.embark.Precision;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The locale of the machine changes no vector: digits, letters and calendars of a language are for its readers only. */
class LocaleTest {
    private static final Locale BEFORE = Locale.getDefault();
    private static final List<FamilyFixture> ALL = FamilyFixture.all();

    private static Map<String, float[][]> here;
    private static Map<String, float[][]> arabic;

    /** Mostly loading, which one thread does. */
    @BeforeAll
    static void embedWithEach() {
        here = embedded();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        arabic = embedded();
        Locale.setDefault(BEFORE);
    }

    private static Map<String, float[][]> embedded() {
        return ALL.parallelStream().collect(Collectors.toConcurrentMap(FamilyFixture::name, LocaleTest::vectors));
    }

    @AfterEach
    void giveTheLocaleBack() {
        Locale.setDefault(BEFORE);
    }

    static List<FamilyFixture> all() {
        return ALL;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void theVectorsAreTheSameBitsInArabic(FamilyFixture fixture) {
        assertThat(arabic.get(fixture.name())).isDeepEqualTo(here.get(fixture.name()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fa", "tr", "th-TH-u-ca-buddhist"})
    void theVectorsAreTheSameBitsWithOtherDigitsLettersAndYears(String locale) {
        FamilyFixture fixture = FamilyFixture.named("t5-relu");
        float[][] expected = vectors(fixture);
        Locale.setDefault(Locale.forLanguageTag(locale));
        assertThat(vectors(fixture)).isDeepEqualTo(expected);
    }

    private static float[][] vectors(FamilyFixture fixture) {
        EmbedOptions options = fixture.cases()
                .get(0)
                .options()
                .with(EmbedOptions.MODEL, fixture.folder().toString())
                .with(EmbedOptions.DEVICE, Device.CPU)
                .with(EmbedOptions.PRECISION, Precision.FLOAT32);
        try (Embedder embedder = Embedder.open(options)) {
            return embedder.embed(FamilyFixture.texts());
        }
    }
}
