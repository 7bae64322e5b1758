package dev.vfaas.provision.engine;

import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.FactsScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A folder that plays the part of a host's file system, and an engine that works in it. */
final class Scratch {
    final Path root;
    final HostFolder folder;
    final String owner;
    final List<Event> events = new ArrayList<>();
    /** Called when a run tells of an event, before it goes on. */
    Consumer<Event> when = event -> {};

    Self self = new Self("ann@laptop", "laptop:1", Integer.MAX_VALUE, "", "9.9");

    Scratch(Path root) {
        this.root = root;
        try {
            PosixFileAttributes attributes = Files.readAttributes(root, PosixFileAttributes.class);
            this.owner = attributes.owner().getName() + ":" + attributes.group().getName();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.folder = new HostFolder(root.resolve("var/lib/vfaas").toString(), owner);
    }

    ManagedFile file(String path, String content, boolean sensitive) {
        return new ManagedFile(root.resolve(path).toString(), content.getBytes(), 0640, owner, sensitive);
    }

    /** Writes a folder's worth of files and, after them, leaves a mark whose effect cannot be seen in files alone. */
    List<Step> steps() {
        return List.of(
                new FilesStep(
                        "settings",
                        Phase.HOST,
                        "writing settings",
                        List.of(file("etc/a.conf", "a = 1\n", false), file("etc/deep/er/b.conf", "", false))),
                new FilesStep(
                        "secret", Phase.K3S, "writing a secret", List.of(file("etc/token", "hunter2-token", true))),
                new ServiceStep(root.resolve("run/started"), root.resolve("etc/a.conf")));
    }

    Facts facts(LocalServer server) {
        return new FactsScript(InstantSource.system(), folder.path())
                .collect(server, FactsScript.Depth.NEEDED, List.of());
    }

    Engine engine(LocalServer server) {
        return new Engine(server, folder, self, InstantSource.system(), event -> {
            events.add(event);
            when.accept(event);
        });
    }

    Plan plan(LocalServer server) {
        return engine(server).plan(facts(server), steps());
    }

    /** All of up. */
    Plan up(LocalServer server) {
        return up(server, Duration.ZERO);
    }

    /** All of up, which waits that long for someone else's lock. */
    Plan up(LocalServer server, Duration lockWait) {
        Plan plan = plan(server);
        engine(server).apply(plan, "up", lockWait, () -> plan(server));
        return plan;
    }

    /** Every file with mode and content, but for the audit log, whose lines carry times. */
    Map<String, String> tree() {
        Map<String, String> tree = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted().toList()) {
                String name = root.relativize(path).toString();
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                boolean shown = Files.isRegularFile(path) && !name.endsWith("audit.jsonl");
                tree.put(name, mode + (shown ? " " + Files.readString(path) : ""));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tree;
    }

    String audit() throws IOException {
        return Files.readString(Path.of(folder.audit()));
    }
}
