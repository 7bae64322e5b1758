package dev.vfaas.provision.doctor;

import static dev.vfaas.provision.preflight.Finding.pass;
import static dev.vfaas.provision.preflight.Finding.warn;

import dev.vfaas.console.Environment;
import dev.vfaas.provision.preflight.Finding;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Checks of the machine vfaas runs on. */
public final class Laptop {
    private static final int JAVA = 25;
    private static final long SPACE = 1L << 30;
    private static final Set<PosixFilePermission> FOR_OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private final Environment environment;

    public Laptop(Environment environment) {
        this.environment = environment;
    }

    /** Looks; changes nothing. */
    public List<Finding> check() {
        List<Finding> findings = new ArrayList<>();
        int java = Runtime.version().feature();
        findings.add(
                java >= JAVA
                        ? pass("L-JAVA", "Java", Runtime.version().toString())
                        : warn("L-JAVA", "Java", Runtime.version().toString(), "use Java " + JAVA + " or later"));
        findings.add(space());
        findings.add(privacy());
        findings.add(agent());
        return findings;
    }

    private Finding space() {
        Path folder = environment.cacheDirectory();
        while (folder != null && !Files.isDirectory(folder)) {
            folder = folder.getParent();
        }
        try {
            long free = folder == null ? 0 : Files.getFileStore(folder).getUsableSpace();
            String evidence = (free >> 20) + " MiB free below " + folder;
            return free >= SPACE
                    ? pass("L-DISK", "disk", evidence)
                    : warn("L-DISK", "disk", evidence, "free some space, or set XDG_CACHE_HOME to another disk");
        } catch (IOException e) {
            return warn("L-DISK", "disk", "cannot be measured: " + e, "check " + folder);
        }
    }

    private Finding privacy() {
        List<Path> open = readableByOthers();
        return open.isEmpty()
                ? pass("L-PRIVATE", "private files", "keys and logins are readable by you only")
                : warn(
                        "L-PRIVATE",
                        "private files",
                        "others may read "
                                + String.join(
                                        ", ", open.stream().map(Path::toString).toList()),
                        "vfaas doctor --fix, or: chmod go= FILE");
    }

    private List<Path> readableByOthers() {
        List<Path> files = new ArrayList<>(List.of(
                environment.configDirectory().resolve("contexts.yml"),
                environment.home().resolve(".openfaas/config.yml"),
                environment.gatewayDirectory().resolve("password")));
        Path ssh = environment.home().resolve(".ssh");
        if (Files.isDirectory(ssh)) {
            try (Stream<Path> keys = Files.list(ssh)) {
                keys.filter(key -> key.getFileName().toString().startsWith("id_")
                                && !key.getFileName().toString().endsWith(".pub"))
                        .forEach(files::add);
            } catch (IOException unreadable) {
                // Then nobody else reads it either, as far as this check can say.
            }
        }
        return files.stream().filter(Laptop::openToOthers).toList();
    }

    private static boolean openToOthers(Path file) {
        try {
            return Files.isRegularFile(file)
                    && Files.getPosixFilePermissions(file).stream().anyMatch(FOR_OTHERS::contains);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private Finding agent() {
        String socket = environment.get("SSH_AUTH_SOCK");
        if (socket == null) {
            return pass("L-AGENT", "SSH agent", "none; key files are used");
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return pass("L-AGENT", "SSH agent", "answers");
        } catch (IOException | IllegalArgumentException e) {
            return warn(
                    "L-AGENT",
                    "SSH agent",
                    "SSH_AUTH_SOCK is set, but nobody answers there",
                    "start an agent, or unset SSH_AUTH_SOCK");
        }
    }

    /** Makes private files readable by their owner only; a line for each. */
    public List<String> fix() {
        List<String> done = new ArrayList<>();
        for (Path file : readableByOthers()) {
            try {
                Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
                mode.removeAll(FOR_OTHERS);
                Files.setPosixFilePermissions(file, mode);
                done.add("took " + file + " away from others");
            } catch (IOException e) {
                done.add("could not change " + file + ": " + e);
            }
        }
        return done.isEmpty() ? List.of("nothing that could be repaired safely") : done;
    }
}
