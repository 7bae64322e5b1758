package dev.vfaas.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A real nats-server with JetStream on a port of its own, which can be killed and started again over the same data. */
public final class NatsServer implements AutoCloseable {
    private final Path folder;
    private final String program;
    private final int port;
    private Process process;

    /** Starts it; skips the test where there is no nats-server, which in CI is a failure. */
    public NatsServer(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        this.program = Stream.of("/usr/sbin/nats-server", "/usr/local/bin/nats-server", "/usr/bin/nats-server")
                .filter(place -> Files.isExecutable(Path.of(place)))
                .findFirst()
                .orElse("");
        boolean there = !program.isEmpty();
        if ("true".equals(System.getenv("CI")) && !there) {
            throw new AssertionError("nats-server is not installed: apt-get install nats-server");
        }
        Assumptions.assumeTrue(there, "nats-server is not installed");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = free.getLocalPort();
        }
        start();
    }

    /** Where it listens. */
    public String url() {
        return "nats://127.0.0.1:" + port;
    }

    /** Starts it again after {@link #kill}. */
    public void start() throws IOException, InterruptedException {
        process = new ProcessBuilder(List.of(
                        program, "-a", "127.0.0.1", "-p", Integer.toString(port), "-js", "-sd", folder.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolveSibling(folder.getFileName() + ".log").toFile()))
                .start();
        for (int i = 0; i < 600; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
                return;
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
        throw new AssertionError("nats-server does not answer");
    }

    /** Ends it as a crash does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
