package dev.vfaas.provision.engine;

import dev.vfaas.console.Environment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.UUID;

/**
 * This process as a holder of locks.
 *
 * @param who {@code user@machine}
 * @param version of vfaas
 */
public record Self(String who, String machine, long pid, String started, String version) {
    private static final Duration BLUR = Duration.ofSeconds(5);

    /** The process that asks. */
    public static Self of(Environment environment, String version) {
        String user = environment.get("USER") == null ? System.getProperty("user.name") : environment.get("USER");
        String name = read("/etc/hostname", "");
        if (name.isEmpty()) {
            name = host(environment);
        }
        ProcessHandle process = ProcessHandle.current();
        return new Self(
                user + "@" + name, name + ":" + read("/etc/machine-id", ""), process.pid(), started(process), version);
    }

    /** The machine's name where no file tells it. */
    private static String host(Environment environment) {
        String said = environment.get("HOSTNAME");
        if (said != null && !said.isBlank()) {
            return said;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    private static String read(String file, String otherwise) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            return otherwise;
        }
    }

    private static String started(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toString).orElse("");
    }

    /** What marks this process's commands on a host; see {@link WorkingServer}. */
    public String mark() {
        return Holder.mark(machine, pid, started);
    }

    /** A new run of this process. */
    Holder holder(String action, Instant since) {
        return new Holder(UUID.randomUUID().toString(), who, machine, pid, started, since, action);
    }

    /** Systems tell when a process started by adding to the time they booted, which moves when the clock is set. */
    private static boolean sameMoment(String one, String other) {
        try {
            return Duration.between(Instant.parse(one), Instant.parse(other))
                            .abs()
                            .compareTo(BLUR)
                    < 0;
        } catch (DateTimeParseException e) {
            return one.equals(other);
        }
    }

    /** Whether {@code holder} was a process of this machine that is gone. Names alone do not tell machines apart: without an id it is not known. */
    boolean knowsDead(Holder holder) {
        if (machine.isEmpty() || machine.endsWith(":") || !holder.machine().equals(machine) || holder.pid() <= 0) {
            return false;
        }
        return ProcessHandle.of(holder.pid())
                .filter(ProcessHandle::isAlive)
                .filter(process -> sameMoment(started(process), holder.started()))
                .isEmpty();
    }
}
