/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who keeps something hidden beside an output: a run of a process. It is part of the names of the run's places, so that there is
 * no moment in which they have no owner.
 *
 * @param host stands for the host, its boot and the space of its process numbers: what makes a process number mean the same
 * @param process the number of the process
 * @param started when the process started, in seconds; 0 if the host does not say. Numbers of processes are used again
 * @param run tells runs of one process apart
 */
record Owner(String host, long process, long started, String run) {
    /** A run on another host counts as dead so long after its last sign of life. */
    static final Duration MOST_SILENCE = Duration.ofMinutes(5);

    /** How exactly the start of a process is known: it is computed from the time of the host's boot. */
    private static final long SECONDS_APART = 2;

    private static final Set<Owner> OPEN = ConcurrentHashMap.newKeySet();

    private static final Pattern ID = Pattern.compile("([0-9a-f]{8})_([0-9]{1,19})_([0-9]{1,19})_([0-9a-f]{8})");
    private static final String HERE =
            String.format(Locale.ROOT, "%08x", hostAndBoot().hashCode());

    /** A new run of this process. */
    static Owner here() {
        ProcessHandle self = ProcessHandle.current();
        return new Owner(
                HERE, self.pid(), started(self), UUID.randomUUID().toString().substring(0, 8));
    }

    /** Says that this run of this process works from now on. */
    void begin() {
        OPEN.add(this);
    }

    /** Says that it does no more. */
    void end() {
        OPEN.remove(this);
    }

    private static long started(ProcessHandle process) {
        return process.info().startInstant().map(Instant::getEpochSecond).orElse(0L);
    }

    private static String hostAndBoot() {
        StringBuilder all = new StringBuilder();
        try {
            all.append(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException e) {
            all.append("unknown");
        }
        try {
            all.append(' ').append(Files.readString(Path.of("/proc/sys/kernel/random/boot_id")));
            all.append(' ').append(Files.readSymbolicLink(Path.of("/proc/self/ns/pid")));
        } catch (IOException | UnsupportedOperationException e) {
            // Not Linux: the name of the host has to do.
            all.append(" unknown");
        }
        return all.toString();
    }

    /** The owner as a part of a name: letters, digits and underscores, as names of tables have them. */
    String id() {
        return "%s_%s_%s_%s".formatted(host, process, started, run);
    }

    static Optional<Owner> ofId(String id) {
        Matcher parts = ID.matcher(id);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Owner(
                    parts.group(1), Long.parseLong(parts.group(2)), Long.parseLong(parts.group(3)), parts.group(4)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Whether it is known at once if this owner lives: its process would be one of this host. */
    boolean isOfThisHost() {
        return host.equals(HERE);
    }

    /**
     * Whether the run may still work.
     *
     * @param lastSign when it last touched its places; asked for only of other hosts
     */
    boolean lives(Instant lastSign) {
        if (OPEN.contains(this)) {
            return true;
        }
        if (!isOfThisHost()) {
            return lastSign.plus(MOST_SILENCE).isAfter(Instant.now());
        }
        // A run of this process that is not open any more was given up.
        return process != ProcessHandle.current().pid()
                && ProcessHandle.of(process)
                        .filter(ProcessHandle::isAlive)
                        .filter(running -> isSameStart(started(running)) && !isZombie())
                        .isPresent();
    }

    private boolean isSameStart(long other) {
        return started == 0 || other == 0 || Math.abs(started - other) <= SECONDS_APART;
    }

    /** Ended, but nobody asked how: in containers whose first process is no init, such numbers stay taken. */
    private boolean isZombie() {
        try {
            String stat = Files.readString(Path.of("/proc/%s/stat".formatted(process)));
            return stat.substring(stat.lastIndexOf(')') + 1).strip().startsWith("Z");
        } catch (IOException e) {
            return false;
        }
    }

    /** For people. */
    String described() {
        return isOfThisHost() ? "process %s".formatted(process) : "process %s of another host".formatted(process);
    }
}
