/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;

/** PostgreSQL's own driver, which is watched before a statement that changes something, and before a commit. */
public final class SteppingDriver implements Driver {
    /** What a program ends with that halts. */
    static final int HALTED = 77;

    private static final AtomicInteger STEPS = new AtomicInteger();

    private static volatile Runnable before = () -> {};

    private final Driver driver;

    /** Made by its name. */
    public SteppingDriver() throws ReflectiveOperationException {
        driver = Class.forName("org.postgresql.Driver")
                .asSubclass(Driver.class)
                .getDeclaredConstructor()
                .newInstance();
    }

    /** Halts the program before a step; they count from one. */
    static void haltBefore(int last) {
        atEachStep(() -> {
            int step = STEPS.incrementAndGet();
            if (step == last) {
                System.out.flush();
                Runtime.getRuntime().halt(HALTED);
            }
        });
    }

    /** Does something before each step. */
    public static void atEachStep(Runnable action) {
        before = action;
    }

    private static void step(String action) {
        System.out.printf("step %s%n", action);
        before.run();
    }

    @Override
    public Connection connect(String url, Properties info) throws SQLException {
        return watched(Connection.class, driver.connect(url, info), "");
    }

    private static <T> T watched(Class<T> type, T watched, String sql) {
        return type.cast(Proxy.newProxyInstance(
                SteppingDriver.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    String ran = arguments != null && arguments.length > 0 && arguments[0] instanceof String text
                            ? text
                            : sql;
                    boolean executes =
                            method.getName().startsWith("execute") && !ran.isEmpty() && !ran.startsWith("SELECT");
                    if (executes || method.getName().equals("commit")) {
                        step(executes ? ran.lines().findFirst().orElseThrow() : "COMMIT");
                    }
                    return wrapped(method, called(method, watched, arguments), ran);
                }));
    }

    private static Object called(Method method, Object on, Object[] arguments) throws Throwable {
        try {
            return method.invoke(on, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static Object wrapped(Method method, Object result, String sql) {
        if (method.getReturnType() == PreparedStatement.class) {
            return watched(PreparedStatement.class, (PreparedStatement) result, sql);
        }
        return method.getReturnType() == Statement.class ? watched(Statement.class, (Statement) result, "") : result;
    }

    @Override
    public boolean acceptsURL(String url) throws SQLException {
        return driver.acceptsURL(url);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) throws SQLException {
        return driver.getPropertyInfo(url, info);
    }

    @Override
    public int getMajorVersion() {
        return driver.getMajorVersion();
    }

    @Override
    public int getMinorVersion() {
        return driver.getMinorVersion();
    }

    @Override
    public boolean jdbcCompliant() {
        return driver.jdbcCompliant();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }
}
