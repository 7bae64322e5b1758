package dev.vfaas.ssh;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real OpenSSH server on a free loopback port, run as whoever runs the tests, with keys and configuration of its own in a folder. */
final class Sshd implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/sshd");

    private final Path folder;
    private final int port;
    private final String options;
    private final String[] runBy;
    private Process process;

    private Sshd(Path folder, int port, String options, String[] runBy, Process process) {
        this.folder = folder;
        this.port = port;
        this.options = options;
        this.runBy = runBy;
        this.process = process;
    }

    /** Starts one; {@code options} are lines of sshd_config, which come first and therefore win; {@code runBy} is a command that runs it. */
    static Sshd start(Path folder, String options, String... runBy) {
        boolean there = Files.isExecutable(PROGRAM);
        if (!there && "true".equals(System.getenv("CI"))) {
            throw new IllegalStateException("needs " + PROGRAM + " (openssh-server)");
        }
        assumeTrue(there, "needs " + PROGRAM + " (openssh-server)");
        try {
            Files.createDirectories(folder);
            if (System.getProperty("user.name").equals("root")) {
                Files.createDirectories(Path.of("/run/sshd"));
            }
            for (String type : List.of("ed25519", "ecdsa", "rsa")) {
                if (!Files.exists(folder.resolve("host_" + type))) {
                    run(
                            "ssh-keygen",
                            "-q",
                            "-t",
                            type,
                            "-N",
                            "",
                            "-f",
                            folder.resolve("host_" + type).toString());
                }
            }
            if (!Files.exists(folder.resolve("authorized_keys"))) {
                Files.createFile(folder.resolve("authorized_keys"));
            }
            int port;
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
                port = free.getLocalPort();
            }
            Sshd sshd = new Sshd(folder, port, options, runBy, launch(folder, port, options, runBy));
            sshd.awaitBanner();
            return sshd;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process launch(Path folder, int port, String options, String[] runBy) throws IOException {
        Path config = folder.resolve("sshd_config");
        Files.writeString(config, options + """

                Port %d
                ListenAddress 127.0.0.1
                ListenAddress ::1
                HostKey %2$s/host_ed25519
                HostKey %2$s/host_ecdsa
                HostKey %2$s/host_rsa
                AuthorizedKeysFile %2$s/authorized_keys
                PidFile none
                StrictModes no
                UsePAM no
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                PermitRootLogin prohibit-password
                Subsystem sftp internal-sftp
                LogLevel VERBOSE
                """.formatted(port, folder));
        List<String> argv = new ArrayList<>(List.of(runBy));
        argv.addAll(List.of(PROGRAM.toString(), "-D", "-e", "-f", config.toString()));
        return new ProcessBuilder(argv)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("sshd.log").toFile()))
                .start();
    }

    private void awaitBanner() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                socket.getInputStream().read();
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException("sshd does not start: " + log(), e);
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return port;
    }

    Path folder() {
        return folder;
    }

    String log() throws IOException {
        return Files.readString(folder.resolve("sshd.log"));
    }

    /** {@code type base64} of a host key. */
    PublicKeyBlob hostKey(String type) {
        PublicKeyBlob key = KeyFile.besideOf(folder.resolve("host_" + type));
        if (key == null) {
            throw new IllegalStateException("no host key " + type);
        }
        return key;
    }

    /** Lets the owner of a public key file in. */
    Sshd authorize(Path privateKey) {
        try {
            Files.writeString(
                    folder.resolve("authorized_keys"),
                    Files.readString(folder.resolve("authorized_keys"))
                            + Files.readString(Path.of(privateKey + ".pub")));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends all connections, and sshd with them; {@link #restart} brings it back on the same port. */
    void stop() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void restart() {
        try {
            process = launch(folder, port, options, runBy);
            awaitBanner();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the processes of its connections, as a broken network would, but keeps listening. */
    void dropConnections() {
        // First those that hold the connections, so that nothing is said about how the others end.
        process.children().forEach(ProcessHandle::destroyForcibly);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
    }

    /** Runs a program to its end. */
    static String run(String... argv) {
        try {
            Process program = new ProcessBuilder(argv).redirectErrorStream(true).start();
            program.getOutputStream().close();
            String out = new String(program.getInputStream().readAllBytes());
            if (program.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", argv) + ": " + out);
            }
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes a key pair; more arguments for ssh-keygen come last. */
    static Path key(Path file, String type, String passphrase, String... more) {
        String[] argv = new String[9 + more.length];
        System.arraycopy(
                new String[] {"ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", file.toString(), "-a1"},
                0,
                argv,
                0,
                9);
        System.arraycopy(more, 0, argv, 9, more.length);
        run(argv);
        file.toFile().setReadable(false, false);
        try {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    @Override
    public void close() {
        stop();
    }
}
