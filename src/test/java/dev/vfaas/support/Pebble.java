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
import org.junit.jupiter.api.Assumptions;

/** A real ACME server (Pebble) with a root of its own, that proves names over HTTP on port 80 where a name server of the test's choice says they lead. */
public final class Pebble implements AutoCloseable {
    private final Path folder;
    private final String address;
    private final int port;
    private final int management;
    private final Process process;

    /**
     * Starts it; skips the test where there is none, which in CI is a failure.
     *
     * @param folder an empty one
     * @param address where it listens, also the name in its own certificate
     * @param dns the name server it asks, {@code ADDRESS:PORT}
     */
    public Pebble(Path folder, String address, String dns) throws IOException, InterruptedException {
        boolean there = Files.isExecutable(Path.of("/usr/bin/pebble"));
        if ("true".equals(System.getenv("CI")) && !there) {
            throw new AssertionError("Pebble is not installed: apt-get install pebble");
        }
        Assumptions.assumeTrue(there, "Pebble is not installed (on Debian: apt-get install pebble)");
        this.folder = Files.createDirectories(folder);
        this.address = address;
        this.port = free(address);
        this.management = free("127.0.0.1");
        own(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3 -subj /CN=test-acme-root -keyout ca.key -out ca.pem");
        Files.writeString(folder.resolve("names"), "subjectAltName=IP:" + address + ",IP:127.0.0.1\n");
        own("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=acme -keyout own.key -out own.csr");
        own("x509 -req -in own.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out own.pem");
        Files.writeString(folder.resolve("config.json"), """
                {"pebble": {"listenAddress": "%s:%d", "managementListenAddress": "127.0.0.1:%d", "certificate": "%s", "privateKey": "%s",
                            "httpPort": 80, "tlsPort": 443, "ocspResponderURL": "", "externalAccountBindingRequired": false}}
                """.formatted(
                        address, port, management, folder.resolve("own.pem"), folder.resolve("own.key")));
        ProcessBuilder builder = new ProcessBuilder(
                        "/usr/bin/pebble",
                        "-config",
                        folder.resolve("config.json").toString(),
                        "-dnsserver",
                        dns)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("pebble.log").toFile());
        builder.environment().put("PEBBLE_VA_NOSLEEP", "1");
        builder.environment().put("PEBBLE_WFE_NONCEREJECT", "0");
        this.process = builder.start();
        await(address, port);
        await("127.0.0.1", management);
    }

    /** The URL of its directory. */
    public String directory() {
        return "https://" + address + ":" + port + "/dir";
    }

    /** The root that its own server is checked by: not the one of what it issues. */
    public Path serverRoot() {
        return folder.resolve("ca.pem");
    }

    /** A file with the root of what it issues; it makes a new one at each start. */
    public Path root() {
        Path root = folder.resolve("issued.pem");
        DockerRegistry.runs(
                "curl",
                "-sS",
                "--fail",
                "--cacert",
                serverRoot().toString(),
                "-o",
                root.toString(),
                "https://127.0.0.1:" + management + "/roots/0");
        return root;
    }

    /** What it has said. */
    public String log() throws IOException {
        return Files.readString(folder.resolve("pebble.log"));
    }

    private void own(String openssl) throws IOException, InterruptedException {
        Process made = new ProcessBuilder(List.of(("openssl " + openssl).split(" ")))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(made.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (made.waitFor() != 0) {
            throw new AssertionError("openssl " + openssl + ": " + said);
        }
    }

    private static int free(String address) throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral(address))) {
            return free.getLocalPort();
        }
    }

    private void await(String host, int at) throws IOException, InterruptedException {
        for (int i = 0; i < 600; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.ofLiteral(host), at), 200);
                return;
            } catch (IOException e) {
                if (!process.isAlive()) {
                    throw new AssertionError("Pebble ended: " + log(), e);
                }
                Thread.sleep(50);
            }
        }
        throw new AssertionError("Pebble does not answer: " + log());
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }
}
