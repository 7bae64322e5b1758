package dev.vfaas.support;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real docker-registry on a free port, of 127.0.0.1 unless told otherwise, with its storage in a given folder; close it to stop it. */
public final class DockerRegistry implements AutoCloseable {
    private final Process process;
    private final String host;

    private DockerRegistry(Process process, String host) {
        this.process = process;
        this.host = host;
    }

    /** A registry that lets everybody in. */
    public static DockerRegistry open(Path folder) {
        return start(folder, "127.0.0.1", "");
    }

    /** A registry that wants this login. */
    public static DockerRegistry withLogin(Path folder, String user, String password) {
        return withLogin(folder, "127.0.0.1", user, password);
    }

    /** The same on another address of this machine, for servers of the test-bed. */
    public static DockerRegistry withLogin(Path folder, String address, String user, String password) {
        Path file = folder.resolve("htpasswd");
        write(file, runs("htpasswd", "-Bbn", user, password).strip() + "\n");
        return start(folder, address, """
                auth:
                  htpasswd:
                    realm: test
                    path: %s
                """.formatted(file));
    }

    /** The same over TLS, with a certificate that the authority of {@link #authority} signed. */
    public static DockerRegistry withTls(Path folder, String address, String user, String password) {
        write(
                folder.resolve("htpasswd"),
                runs("htpasswd", "-Bbn", user, password).strip() + "\n");
        certificate(folder, "authority", "keyUsage=critical,keyCertSign");
        certificate(
                folder,
                "registry",
                "subjectAltName=IP:" + address,
                "-addext",
                "basicConstraints=critical,CA:FALSE",
                "-CA",
                folder.resolve("authority.crt").toString(),
                "-CAkey",
                folder.resolve("authority.key").toString());
        return start(folder, address, """
                  tls:
                    certificate: %s
                    key: %s
                auth:
                  htpasswd:
                    realm: test
                    path: %s
                """.formatted(
                        folder.resolve("registry.crt"), folder.resolve("registry.key"), folder.resolve("htpasswd")));
    }

    private static void certificate(Path folder, String name, String extension, String... more) {
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-nodes", "-days", "2"));
        command.addAll(List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=test " + name));
        command.addAll(List.of("-keyout", folder.resolve(name + ".key").toString()));
        command.addAll(List.of("-out", folder.resolve(name + ".crt").toString(), "-addext", extension));
        command.addAll(List.of(more));
        runs(command.toArray(String[]::new));
    }

    /** The certificate, in PEM, of the authority that signed that of a registry with TLS, which is in this folder. */
    public static Path authority(Path folder) {
        return folder.resolve("authority.crt");
    }

    private static DockerRegistry start(Path folder, String address, String auth) {
        needs("docker-registry");
        int port = freePort();
        Path config = folder.resolve("registry.yml");
        write(config, """
                version: 0.1
                log:
                  level: error
                storage:
                  filesystem:
                    rootdirectory: %s
                  delete:
                    enabled: true
                http:
                  addr: %s:%d
                %s""".formatted(folder.resolve("storage"), address, port, auth));
        try {
            Process process = new ProcessBuilder("docker-registry", "serve", config.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("registry.log").toFile())
                    .start();
            DockerRegistry registry = new DockerRegistry(process, address + ":" + port);
            registry.awaitAnswer();
            return registry;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitAnswer() {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            try {
                HttpURLConnection connection = (HttpURLConnection)
                        URI.create("http://" + host() + "/v2/").toURL().openConnection();
                connection.getResponseCode(); // one with TLS answers this, too: with 400
                return;
            } catch (IOException e) {
                if (System.nanoTime() > deadline || !process.isAlive()) {
                    throw new UncheckedIOException(e);
                }
                pause();
            }
        }
    }

    /** {@code ADDRESS:PORT}. */
    public String host() {
        return host;
    }

    /** Aborts the test when a program is missing; fails it in continuous integration. */
    public static void needs(String program) {
        if (program.startsWith("/") && Files.isExecutable(Path.of(program))) {
            return;
        }
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return;
            }
        }
        String message =
                program + " is not installed: scripts/test installs what the tests need (on Debian: apt-get install "
                        + "docker-registry skopeo buildah apache2-utils)";
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(message);
        }
        abort(message);
    }

    /** Runs a program and returns what it printed; fails when it fails. */
    public static String runs(String... command) {
        needs(command[0]);
        try {
            Path err = Files.createTempFile("err", null);
            Process process = new ProcessBuilder(List.of(command))
                    .redirectError(err.toFile())
                    .start();
            String out = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", command) + ": " + out + Files.readString(err));
            }
            Files.delete(err);
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(30);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
