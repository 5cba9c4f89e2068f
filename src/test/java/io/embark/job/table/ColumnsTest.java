/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class ColumnsTest {
    @Test
    void takesTheColumnsThatAreNamedInLettersOfEitherCase() {
        assertThat(text("id INT, Title STRING, `a.b` STRING", "title,a.b,Title"))
                .isEqualTo(List.of("Title", "a.b"));
    }

    @Test
    void takesTheColumnTextElseTheOnlyOneThatHoldsStrings() {
        assertThat(text("title STRING, Text STRING", null)).isEqualTo(List.of("Text"));
        assertThat(text("id INT, body STRING, text INT", null)).isEqualTo(List.of("body"));
    }

    @Test
    void refusesToGuess() {
        assertThatThrownBy(() -> text("id INT, title STRING, body STRING", null))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        text column: not named, and more than one holds strings
                        The columns are id int, title string, body string.
                        Name the column to embed with --text-column.""");
        assertThatThrownBy(() -> text("id INT", null))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("text column: not named, and none holds strings\nThe columns are id int.\n");
    }

    @Test
    void refusesAColumnThatIsMissingAmbiguousOrNotText() {
        assertThatThrownBy(() -> text("id INT, body STRING", "bdy"))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("column 'bdy': does not exist\nThe columns are id, body.\nDid you mean body?");
        assertThatThrownBy(() -> text("id INT, body STRING", "body,"))
                .isInstanceOf(EmbarkException.class)
                .hasMessage(
                        "column '': does not exist\nThe columns are id, body.\nName one of them with --text-column.");
        assertThatThrownBy(() -> text("a STRING, A STRING", "a"))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("column 'a': there are 2 of this name\nThe columns are a, A.\n");
        assertThatThrownBy(() -> text("id INT, tags ARRAY<STRING>, body STRING", "tags"))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        column 'tags': is not text but array<string>
                        Columns that hold strings are body.
                        Name one of them with --text-column, or make it a string with --sql.""");
    }

    private static List<String> text(String schema, String named) {
        return Columns.text(StructType.fromDDL(schema), Optional.ofNullable(named));
    }
}
