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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The locale of the machine changes no vector: digits, letters and calendars of a language are for its readers only. */
class LocaleTest {
    private final Locale before = Locale.getDefault();

    @AfterEach
    void giveTheLocaleBack() {
        Locale.setDefault(before);
    }

    static List<FamilyFixture> all() {
        return FamilyFixture.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void theVectorsAreTheSameBitsInArabic(FamilyFixture fixture) {
        theVectorsAreTheSameBits(fixture, "ar-EG-u-nu-arab");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fa", "tr", "th-TH-u-ca-buddhist"})
    void theVectorsAreTheSameBitsWithOtherDigitsLettersAndYears(String locale) {
        theVectorsAreTheSameBits(FamilyFixture.named("t5-relu"), locale);
    }

    private static void theVectorsAreTheSameBits(FamilyFixture fixture, String locale) {
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
