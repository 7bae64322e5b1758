package dev.vfaas.ssh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A real ssh-agent. */
record SshAgent(Process process, Path socket, Path folder) implements AutoCloseable {
    static SshAgent start(Path parent) throws IOException, InterruptedException {
        // Socket paths are short (sun_path), those of test folders are not always.
        Path folder = Files.createTempDirectory(Path.of("/tmp"), "agent");
        Path socket = folder.resolve("s");
        Process process = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                .redirectErrorStream(true)
                .redirectOutput(parent.resolve("agent.log").toFile())
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!Files.exists(socket)) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new IOException("ssh-agent does not start");
            }
            Thread.sleep(10);
        }
        return new SshAgent(process, socket, folder);
    }

    void add(Path key) throws IOException, InterruptedException {
        ProcessBuilder add = new ProcessBuilder("ssh-add", "-q", key.toString()).inheritIO();
        add.environment().put("SSH_AUTH_SOCK", socket.toString());
        if (add.start().waitFor() != 0) {
            throw new IOException("ssh-add failed");
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.destroy();
        process.waitFor(10, TimeUnit.SECONDS);
        Files.deleteIfExists(socket);
        Files.delete(folder);
    }
}
