package dev.vfaas.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** A server of the test-bed. Its users: root, ops (sudo without a password), pat (sudo with {@link #PASSWORD}), guest (no sudo); all by {@link #key}. */
public final class TestServer implements AutoCloseable {
    /** What pat tells sudo. */
    public static final String PASSWORD = "correct horse";

    private static final Duration DEADLINE = Duration.ofMinutes(3);

    private final Testbed testbed;
    private final Map<String, String> facts;

    TestServer(Testbed testbed, Map<String, String> facts) {
        this.testbed = testbed;
        this.facts = Map.copyOf(facts);
    }

    private String fact(String name) {
        return Objects.requireNonNull(facts.get(name), name);
    }

    /** Its host name. */
    public String name() {
        return fact("name");
    }

    /** Its IPv4 address, reachable from this machine and from the other servers of the run. */
    public String address() {
        return fact("address");
    }

    /** Its IPv6 address. */
    public String address6() {
        return fact("address6");
    }

    /** The private key, an OpenSSH file without a passphrase, that all its users accept. */
    public Path key() {
        return Path.of(fact("key"));
    }

    /** The fingerprint of its ed25519 host key, {@code SHA256:…}. */
    public String fingerprint() {
        return fact("fingerprint");
    }

    /** The line of a known_hosts file for its address. */
    public String knownHost() {
        return address() + " " + fact("hostkey");
    }

    /** Runs a shell command as root, by OpenSSH. */
    public Ran run(String command) {
        return runAs("root", command);
    }

    /** Runs a shell command as one of its users. */
    public Ran runAs(String user, String command) {
        return runAs(user, command, DEADLINE);
    }

    /** Runs a shell command as one of its users; exit code 124 when it has not ended by the deadline. */
    public Ran runAs(String user, String command, Duration deadline) {
        return ssh(user, command, Path.of("/dev/null"), deadline);
    }

    /** Installs Debian packages and what they depend on. */
    public void install(String... packages) {
        String[] line = new String[packages.length + 2];
        line[0] = "install";
        line[1] = name();
        System.arraycopy(packages, 0, line, 2, packages.length);
        testbed.script(DEADLINE, line).orFail("install " + String.join(" ", packages));
    }

    /** Puts a file of this machine onto the server, as root. */
    public void upload(Path file, String path) {
        ssh("root", "cat >" + path, file, DEADLINE).orFail("upload to " + path);
    }

    private Ran ssh(String user, String command, Path input, Duration deadline) {
        try {
            Path known = Files.createTempFile("known", "_hosts");
            Files.writeString(known, knownHost() + "\n");
            Ran ran = Ran.of(
                    List.of(
                            "ssh",
                            "-F",
                            "none",
                            "-i",
                            key().toString(),
                            "-o",
                            "IdentitiesOnly=yes",
                            "-o",
                            "BatchMode=yes",
                            "-o",
                            "ConnectTimeout=5",
                            "-o",
                            "LogLevel=ERROR",
                            "-o",
                            "UserKnownHostsFile=" + known,
                            "-o",
                            "HostKeyAlgorithms=ssh-ed25519",
                            user + "@" + address(),
                            command),
                    Map.of(),
                    input,
                    deadline);
            Files.delete(known);
            return ran;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command as root until it ends with 0 and prints what is wanted; fails at the deadline with what it last said. */
    public Ran await(String command, Predicate<String> wanted, Duration deadline) {
        long end = System.nanoTime() + deadline.toNanos();
        while (true) {
            Ran ran = run(command);
            if (ran.exitCode() == 0 && wanted.test(ran.out())) {
                return ran;
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("not in " + deadline + ": " + command + "\n" + ran.out() + ran.err());
            }
            pause();
        }
    }

    /** Cuts its cable: packets are lost from now on. */
    public void cut() {
        testbed.script(DEADLINE, "link", name(), "down").orFail("link down");
    }

    /** Mends its cable. */
    public void mend() {
        testbed.script(DEADLINE, "link", name(), "up").orFail("link up");
    }

    /** Boots it again and returns when it answers; everything but its disk is new. */
    public void reboot() {
        String before = boot();
        run("systemctl reboot");
        await("cat /proc/sys/kernel/random/boot_id", now -> !now.equals(before), DEADLINE);
    }

    private String boot() {
        return run("cat /proc/sys/kernel/random/boot_id").orFail("boot id").out();
    }

    /** Ends it, as if its plug was pulled, and throws its disk away. */
    @Override
    public void close() {
        testbed.script(DEADLINE, "server", "down", name()).orFail("server down");
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
