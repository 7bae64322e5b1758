package dev.vfaas.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A function's process, started as the process runtime starts it: a port of its own, on the loopback address. */
final class Replica implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final StringBuffer log = new StringBuffer();
    private final Thread reader;
    final int port;

    private Replica(Process process, int port) {
        this.process = process;
        this.port = port;
        this.reader = Thread.startVirtualThread(this::copyLog);
    }

    /** Starts the command in that folder with these variables and does not wait for it to serve. */
    static Replica launch(List<String> command, Path directory, Map<String, String> environment) throws IOException {
        int port = freePort();
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("port", String.valueOf(port));
        builder.environment().put("VFAAS_BIND", "127.0.0.1");
        builder.environment().putAll(environment);
        return new Replica(builder.start(), port);
    }

    /** The same, and waits until it is healthy. */
    static Replica start(List<String> command, Path directory, Map<String, String> environment) throws IOException {
        Replica replica = launch(command, directory, environment);
        try {
            replica.await("healthy", replica::healthy);
        } catch (AssertionError notHealthy) {
            replica.close();
            throw notHealthy;
        }
        return replica;
    }

    /** A port that was free just now. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Sends a request on a connection of its own. */
    Wire.Response call(String method, String target, String headers, byte[] body) throws IOException {
        try (Wire wire = new Wire(port)) {
            return wire.request(method, target, headers, body).response(method);
        }
    }

    Wire.Response get(String target) throws IOException {
        return call("GET", target, "", new byte[0]);
    }

    Wire.Response post(String body) throws IOException {
        return call("POST", "/", "Content-Type: text/plain\r\n", body.getBytes(StandardCharsets.UTF_8));
    }

    /** What it has written to stdout and stderr. */
    String log() {
        return log.toString();
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.destroy();
    }

    boolean running() {
        return process.isAlive();
    }

    /** Waits for its end and returns its exit code. */
    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("the replica ends; its log: %s", log)
                .isTrue();
        reader.join();
        return process.exitValue();
    }

    /** Waits until the condition holds; fails, showing the log, when it does not become true. */
    void await(String what, BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("%s; the log: %s", what, log).isBefore(deadline);
            try {
                Thread.sleep(5);
            } catch (InterruptedException stop) {
                throw new AssertionError("interrupted", stop);
            }
        }
    }

    private boolean healthy() {
        assertThat(process.isAlive()).as("the replica runs; its log: %s", log).isTrue();
        try {
            return get("/_/health").status() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private void copyLog() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                log.append(line).append('\n');
            }
        } catch (IOException ended) {
            log.append("(log ended: ").append(ended.getMessage()).append(")\n");
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
