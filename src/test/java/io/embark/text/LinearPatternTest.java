/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearPatternTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                " {2,}",
                "\\s+",
                "\\p{N}{1,3}",
                "\\d",
                "[0-9][0-9][0-9]",
                "\\s?\\p{L}+",
                "\\s?[!-/:-~\uFF01-\uFF0F]+",
                "[\u4e00-\u9fa5\u3040-\u309f]+",
                "<\\|startoftext\\|>|'s|'t|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
                "'(?i:[sdmt]|ll|ve|re)|ab*",
                "^ ",
                "\\n(?!\\S)",
                "[^\\r\\n\\p{L}\\p{N}]?\\p{L}++",
                "\\x{4E00}|\\u3040",
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                " ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+",
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
            })
    void passesWhatRealModelsHaveAndWhatEndsWithItsOnlyRepetition(String regex) {
        assertThat(LinearPattern.problem(regex)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a+)+$",
                "(a|aa)+$",
                "(a*)*",
                "(a{2,})+",
                "a+b",
                "a*a*b",
                "\\s+$",
                "\\s*[\\r\\n]+",
                "x*",
                "a?",
                "",
                "a|",
                "|a",
                "()",
                "(?<=x)x",
                "(?<!x)x",
                "(a)\\1",
                "\\k<a>",
                "\\g<0>",
                "(?~a)",
                "(?>a+)",
                "(?#x)",
                "(?x)a",
                "(?=a)",
                "a++b",
                "a{1,9}b",
                "a{1,100}",
                "a{2}{2}",
                "a{0,}",
                "a?b?c?d?e?f?",
                "[a&&[b]]",
                "[[:alpha:]]",
                "[a",
                "a)",
                "(a"
            })
    void refusesWhatMayTryAgainOrMatchNothing(String regex) {
        assertThat(LinearPattern.problem(regex)).isPresent();
    }
}
