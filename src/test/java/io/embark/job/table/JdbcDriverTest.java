/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JdbcDriverTest {
    @Test
    void namesTheDriverThatTakesTheAddress() {
        assertThat(JdbcDriver.named("source-option", Map.of("URL", "jdbc:h2:mem:a", "dbtable", "t")))
                .containsEntry("driver", "org.h2.Driver")
                .containsEntry("dbtable", "t");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "jdbc:postgresql://u:secret@h/d || No jar on the class path has one. | Add --packages org.postgresql:postgresql:42.7.4.",
                "jdbc:mysql://h/d | com.mysql.cj.jdbc.Driver | There is no class com.mysql.cj.jdbc.Driver. | Add --packages com.mysql:mysql-connector-j:9.1.0.",
                "jdbc:other://h | | No jar on the class path has one. | Add the jar of the driver with --packages, and its class with --source-option driver=CLASS.",
            })
    void aMissingDriverIsToldWithWhatBringsIt(String address, String driver, String reason, String remedy) {
        Map<String, String> given = driver == null ? Map.of("url", address) : Map.of("url", address, "driver", driver);

        assertThatThrownBy(() -> JdbcDriver.named("source-option", given))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("option source-option: there is no driver for %s\n%s\n%s"
                        .formatted(address.replace("u:secret", "*********(redacted)"), reason, remedy));
    }

    @Test
    void anAddressIsNeeded() {
        assertThatThrownBy(() -> JdbcDriver.named("source-option", Map.of("dbtable", "t")))
                .hasMessage("""
                        option source-option: 'url' is missing
                        JDBC needs the address of a database.
                        Add --source-option url=jdbc:..., and dbtable or query.""");
    }

    @Test
    void whatADriverListsIsAllThatItHas() {
        Map<String, String> given = Map.of("url", "jdbc:listing:a", "driver", ListingDriver.class.getName());

        FormatOptions.requireKnown("source-option", "jdbc", with(given, "Ssl"));
        FormatOptions.requireKnown("source-option", "jdbc", with(given, "fetchsize"));
        assertThatThrownBy(() -> FormatOptions.requireKnown("source-option", "jdbc", with(given, "versionAsOf")))
                .hasMessageStartingWith("option source-option: 'versionAsOf' does not exist\n")
                .hasMessageEndingWith("\nLeave it out, or choose one of these.");
    }

    private static Map<String, String> with(Map<String, String> given, String name) {
        Map<String, String> all = new HashMap<>(given);
        all.put(name, "a");
        return all;
    }

    /** A driver that says which properties it has, as those of most databases do. */
    public static final class ListingDriver implements Driver {
        @Override
        public Connection connect(String url, Properties info) {
            return null;
        }

        @Override
        public boolean acceptsURL(String url) {
            return url.startsWith("jdbc:listing:");
        }

        @Override
        public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
            return new DriverPropertyInfo[] {
                new DriverPropertyInfo("user", null),
                new DriverPropertyInfo("password", null),
                new DriverPropertyInfo("ssl", null)
            };
        }

        @Override
        public int getMajorVersion() {
            return 1;
        }

        @Override
        public int getMinorVersion() {
            return 0;
        }

        @Override
        public boolean jdbcCompliant() {
            return false;
        }

        @Override
        public Logger getParentLogger() {
            return Logger.getGlobal();
        }
    }
}
