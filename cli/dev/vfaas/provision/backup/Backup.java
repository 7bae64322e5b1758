package dev.vfaas.provision.backup;

import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Engine;
import dev.vfaas.provision.engine.Event;
import dev.vfaas.provision.engine.HostFolder;
import dev.vfaas.provision.engine.OwnerOnly;
import dev.vfaas.provision.engine.Plan;
import dev.vfaas.provision.engine.Self;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.ssh.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** {@code vfaas backup HOST}: one file on this machine, 0600, whole or not at all. */
public final class Backup {
    private final Server server;
    private final Self self;
    private final InstantSource clock;
    private final Consumer<Event> events;

    public Backup(Server server, Self self, InstantSource clock, Consumer<Event> events) {
        this.server = server;
        this.self = self;
        this.clock = clock;
        this.events = events;
    }

    /** What is asked of a backup. */
    public record Wish(String host, boolean images, Duration limit, Duration lockWait) {}

    /** The name under which {@code file} is written until it is whole. */
    public static Path unfinished(Path file) {
        return file.resolveSibling("." + file.getFileName() + ".part");
    }

    /** Makes it under a temporary name and moves it to {@code file}, which must not exist. */
    public Manifest write(Facts facts, Wish wish, Path file) {
        Path part = unfinished(file.toAbsolutePath());
        try {
            if (Files.exists(file)) {
                throw new FileAlreadyExistsException(file.toString());
            }
            Files.createDirectories(part.getParent());
            Manifest manifest = write(facts, wish, () -> {
                Files.deleteIfExists(part);
                return Channels.newOutputStream(Files.newByteChannel(
                        part, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OwnerOnly.file(part)));
            });
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            return manifest;
        } catch (FileAlreadyExistsException e) {
            throw Failure.usage(file + " is there already; nothing was written").next("choose another name: -o FILE");
        } catch (IOException e) {
            throw Failure.failed(file + " cannot be written: " + e).because(e);
        } finally {
            remove(part);
        }
    }

    /** Makes it and sends it to {@code target}, which is closed. */
    public Manifest write(Facts facts, Wish wish, BackupStep.Target target) {
        BackupStep.Wish asked = new BackupStep.Wish(
                wish.host(), self.version(), clock.instant().toString(), wish.images(), wish.limit());
        BackupStep step = new BackupStep(asked, target);
        Engine engine = new Engine(server, HostFolder.STANDARD, self, clock, events);
        Plan plan = engine.plan(facts, List.of(step));
        boolean others = plan.left().steps().stream().anyMatch(id -> !id.equals(BackupStep.ID));
        if (facts.kept().state() == null && facts.kept().journal() == null) {
            throw Failure.usage(wish.host() + " was not set up by vfaas; there is nothing it could save")
                    .next("vfaas up " + wish.host());
        }
        if (others) {
            throw Failure.usage(wish.host() + ": a run was cut off there; a backup now would save half of its work")
                    .next("vfaas up " + wish.host() + " finishes it");
        }
        engine.apply(plan, "backup", wish.lockWait(), () -> engine.plan(facts, List.of(step)));
        return step.made().orElseThrow();
    }

    private static void remove(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
