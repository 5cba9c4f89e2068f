/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;

/** What a class logs while this is open, at level INFO and above. */
public final class CapturedLog extends AbstractAppender implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;
    private final Level level;

    private CapturedLog(Logger logger) {
        super("captured", null, null, true, Property.EMPTY_ARRAY);
        this.logger = logger;
        this.level = logger.getLevel();
    }

    public static CapturedLog of(Class<?> type) {
        CapturedLog log = new CapturedLog((Logger) LogManager.getLogger(type));
        log.start();
        // A command that ran before may have silenced this process.
        Configurator.setLevel(log.logger, Level.INFO);
        log.logger.addAppender(log);
        return log;
    }

    @Override
    public void append(LogEvent event) {
        lines.add(event.getMessage().getFormattedMessage());
    }

    /** The lines so far that hold a text. */
    public List<String> lines(String text) {
        return lines.stream().filter(line -> line.contains(text)).toList();
    }

    @Override
    public void close() {
        logger.removeAppender(this);
        Configurator.setLevel(logger, level);
        stop();
    }
}
