package dev.vfaas.testbed;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network of servers of one test (scripts/testbed/README.md). Opening it aborts the test, by name and with the reason, on a machine that cannot run
 * it, and fails it when {@code CI=true}. Close it to end its servers and nothing else.
 */
public final class Testbed implements AutoCloseable {
    private static final int CANNOT = 3;
    private static final Path SCRIPTS = Path.of(System.getProperty("vfaas.basedir", "."), "scripts", "testbed");

    private final String run;
    private final Thread atExit = new Thread(this::clean);

    private Testbed(String run) {
        this.run = run;
    }

    /** Servers. */
    public static Testbed open() {
        return open("check");
    }

    /** Servers that can run the testbed K3s, or the real one in the folder {@code VFAAS_TESTBED_K3S}. */
    public static Testbed withKubernetes() {
        return System.getenv("VFAAS_TESTBED_K3S") == null ? open("check", "kubernetes") : open("check");
    }

    /** Servers whose testbed K3s has its Traefik, or a real K3s as above. */
    public static Testbed withTraefik() {
        return System.getenv("VFAAS_TESTBED_K3S") == null ? open("check", "kubernetes", "traefik") : open("check");
    }

    private static Testbed open(String... check) {
        Testbed testbed = new Testbed("t" + Long.toString(new SecureRandom().nextLong(78_364_164_095L), 36));
        Ran checked = testbed.script(Duration.ofMinutes(1), check);
        if (checked.exitCode() == CANNOT) {
            skip(checked.err().strip());
        }
        checked.orFail("scripts/testbed/check");
        Runtime.getRuntime().addShutdownHook(testbed.atExit);
        return testbed;
    }

    /** A fresh Debian 12 server with systemd and sshd; {@code name} is its host name. */
    public TestServer server(String name) {
        return up(name);
    }

    /** A fresh server whose whole disk has this size, for example {@code 600M}; it lies in memory. */
    public TestServer server(String name, String disk) {
        return up(name, "--disk", disk);
    }

    private TestServer up(String name, String... options) {
        List<String> arguments = new ArrayList<>(List.of("server", "up", name));
        arguments.addAll(List.of(options));
        Ran started = script(Duration.ofMinutes(2), arguments.toArray(String[]::new));
        if (started.exitCode() == CANNOT) {
            skip(started.err().strip());
        }
        return new TestServer(this, values(started.orFail("server up " + name).out()));
    }

    /** Serves releases of the testbed K3s of these versions to the servers; {@code v1.20.2+k3s1} is the Kubernetes underneath. */
    public Release release(String... versions) {
        List<String> arguments = new ArrayList<>(List.of("release", "start"));
        arguments.addAll(List.of(versions));
        Map<String, String> values = values(script(Duration.ofMinutes(2), arguments.toArray(String[]::new))
                .orFail("release start")
                .out());
        return new Release(values.get("url"), Path.of(values.get("folder")));
    }

    /**
     * A K3s-shaped release directory.
     *
     * @param url where servers and this machine reach it: {@code URL/VERSION/k3s}, {@code URL/VERSION/sha256sum-amd64.txt}, {@code URL/install.sh}
     * @param folder the same as files
     */
    public record Release(String url, Path folder) {}

    /** Runs a script of scripts/testbed in this run. */
    Ran script(Duration deadline, String... command) {
        List<String> line = new ArrayList<>(List.of(command));
        line.set(0, SCRIPTS.resolve(command[0]).toString());
        return Ran.of(
                line,
                Map.of(
                        "VFAAS_TESTBED_RUN",
                        run,
                        "VFAAS_TESTBED_OWNER",
                        Long.toString(ProcessHandle.current().pid())),
                deadline);
    }

    private static Map<String, String> values(String lines) {
        Map<String, String> values = new HashMap<>();
        lines.lines().forEach(line -> {
            int equals = line.indexOf('=');
            values.put(line.substring(0, equals), line.substring(equals + 1));
        });
        return values;
    }

    private static void skip(String reason) {
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(reason);
        }
        abort(reason);
    }

    private void clean() {
        script(Duration.ofMinutes(2), "clean");
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        clean();
    }
}
