/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The driver of a database, which is no part of Spark. Spark itself asks {@code java.sql.DriverManager} for it, which does not
 * see drivers that came with {@code --packages}; naming the class helps.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class JdbcDriver {
    private static final String DRIVER = "driver";

    private JdbcDriver() {}

    /**
     * Options of Spark's JDBC source with the class of the driver among them.
     *
     * @param option the option of ours that carries them
     * @param given must hold the address as {@code url}
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the address is missing, or there is no driver for it
     */
    public static Map<String, String> named(String option, Map<String, String> given) {
        Map<String, String> options = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        options.putAll(given);
        String address = options.get("url");
        if (address == null || address.isBlank()) {
            throw TableErrors.databaseIsNotNamed(option);
        }

        Driver driver = find(options).orElseThrow(() -> {
            String name = options.getOrDefault(DRIVER, "");
            return TableErrors.noDriver(
                    option, address, name, KnownFormats.driverOf(address).or(() -> KnownFormats.coordinate(name)));
        });
        options.put(DRIVER, driver.getClass().getName());
        return options;
    }

    private static Optional<Driver> find(Map<String, String> options) {
        String address = options.getOrDefault("url", "");
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        if (options.containsKey(DRIVER)) {
            try {
                Object driver = Class.forName(options.get(DRIVER), true, loader)
                        .getDeclaredConstructor()
                        .newInstance();
                return driver instanceof Driver found ? Optional.of(found) : Optional.empty();
            } catch (ReflectiveOperationException | LinkageError e) {
                return Optional.empty();
            }
        }
        for (Iterator<Driver> drivers = ServiceLoader.load(Driver.class, loader).iterator(); drivers.hasNext(); ) {
            try {
                Driver driver = drivers.next();
                if (driver.acceptsURL(address)) {
                    return Optional.of(driver);
                }
            } catch (ServiceConfigurationError | SQLException e) {
                // Another database's, which may be broken.
            }
        }
        return Optional.empty();
    }

    /** The properties of connections that the driver has; empty if it does not list them, and takes any. */
    public static Optional<Collection<String>> properties(Map<String, String> given) {
        Map<String, String> options = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        options.putAll(given);
        try {
            Optional<Driver> driver = find(options);
            if (driver.isEmpty()) {
                return Optional.empty();
            }
            DriverPropertyInfo[] listed = driver.get().getPropertyInfo(options.get("url"), new Properties());
            List<String> names =
                    Stream.of(listed).map(property -> property.name).toList();
            // Where not even this one is listed, the list is not of all.
            return names.contains("password") ? Optional.of(names) : Optional.empty();
        } catch (SQLException | RuntimeException e) {
            return Optional.empty();
        }
    }
}
