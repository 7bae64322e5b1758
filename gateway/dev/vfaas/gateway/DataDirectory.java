package dev.vfaas.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Set;

/** The folder of everything a gateway keeps, held by one gateway at a time: its lock, its password and the file that says where it listens. */
final class DataDirectory implements AutoCloseable {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int PASSWORD_LENGTH = 32;
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path path;
    private final FileChannel lockFile;
    private boolean held;

    private DataDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /**
     * Takes the folder, which is made if need be.
     *
     * @throws InUse when another gateway holds it
     */
    static DataDirectory open(Path path) throws IOException, InUse {
        DataDirectory data = share(path);
        if (!data.alone()) {
            data.close();
            throw new InUse(path);
        }
        return data;
    }

    /**
     * Opens the folder beside another gateway that is about to go: the one that takes over answers calls while the other finishes its own. What only
     * one may do waits for {@link #whenAlone}.
     */
    static DataDirectory share(Path path) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        if (!Files.isDirectory(path)) {
            Files.createDirectory(path, PRIVATE_FOLDER);
        }
        FileChannel file = FileChannel.open(
                path.resolve("lock"), Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), PRIVATE_FILE);
        return new DataDirectory(path, file);
    }

    /** Takes the lock if nobody has it. */
    private boolean alone() throws IOException {
        try {
            held = held || lockFile.tryLock() != null; // one's own lock cannot be taken twice
            return held;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            lockFile.close();
            throw e;
        }
    }

    /** Runs {@code work} once no other gateway has the folder: now, or on a thread of its own later. */
    void whenAlone(Runnable work) {
        try {
            if (alone()) {
                work.run();
                return;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().name("waiting-for-the-data").start(() -> {
            try {
                if (lockFile.lock().isValid()) {
                    work.run();
                }
            } catch (IOException e) {
                // Closed: this gateway goes before the other one did.
            }
        });
    }

    /** Another gateway holds the folder; the message names it when that is known. */
    static final class InUse extends Exception {
        private static final long serialVersionUID = 1L;

        InUse(Path path) {
            super("another gateway" + holder(path) + " uses " + path);
        }

        private static String holder(Path path) {
            try {
                var state =
                        new ObjectMapper().readTree(path.resolve("gateway.json").toFile());
                return " (process " + state.path("pid").asLong() + ", port "
                        + state.path("port").asInt() + ")";
            } catch (IOException e) {
                return "";
            }
        }
    }

    Path path() {
        return path;
    }

    /** The password of the user admin; made on first use. */
    Secret password() throws IOException {
        Path file = path.resolve("password");
        try {
            String text = Files.readString(file).strip();
            if (!text.isEmpty()) {
                return Secret.of(text);
            }
        } catch (NoSuchFileException e) {
            // the first start
        }
        SecureRandom random = new SecureRandom();
        StringBuilder password = new StringBuilder(PASSWORD_LENGTH);
        for (int i = 0; i < PASSWORD_LENGTH; i++) {
            password.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        write(file, password.toString());
        return Secret.of(password.toString());
    }

    /** Tells other processes where this gateway listens: {@code gateway.json} with pid, host, port, started and version. */
    void announce(String host, int port, String version) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode state = json.createObjectNode();
        state.put("pid", ProcessHandle.current().pid());
        state.put("host", host);
        state.put("port", port);
        state.put(
                "started",
                ProcessHandle.current()
                        .info()
                        .startInstant()
                        .orElseGet(Instant::now)
                        .toString());
        state.put("version", version);
        write(path.resolve("gateway.json"), json.writeValueAsString(state) + "\n");
    }

    /** Takes back {@link #announce}. */
    void retract() throws IOException {
        Files.deleteIfExists(path.resolve("gateway.json"));
    }

    /** Whole or not at all, and durable. */
    private void write(Path file, String text) throws IOException {
        Path temporary = Files.createTempFile(path, "." + file.getFileName(), ".tmp", PRIVATE_FILE);
        try {
            try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Gives the folder up. */
    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
