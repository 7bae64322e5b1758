package dev.vfaas.ssh;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import net.schmizz.sshj.sftp.SFTPEngine;
import org.jspecify.annotations.Nullable;

/**
 * Puts files in place. Root writes to a temporary name beside the destination; others write into a private folder of their own, from where sudo
 * installs it to that name. Mode and owner are set before the one move that makes the file appear. After a dropped connection the transfer goes on
 * where it stopped.
 */
final class Uploads implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(20);

    private final SshServer server;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable SFTPEngine engine;
    private volatile @Nullable Connection engineOf;

    Uploads(SshServer server) {
        this.server = server;
    }

    void put(Upload upload, @Nullable LongConsumer progress, Deadline deadline) {
        if (!upload.destination().startsWith("/") || upload.destination().endsWith("/")) {
            throw new IllegalArgumentException("not the absolute path of a file: " + upload.destination());
        }
        Privilege privilege = server.privilege();
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        Transfer transfer = new Transfer(
                server, this, upload, progress, privilege, HexFormat.of().formatHex(random), deadline);
        lock.lock();
        try {
            transfer.run();
        } finally {
            // sshd may allow few sessions at a time.
            close();
            lock.unlock();
        }
    }

    /** The SFTP channel of the live connection. */
    SFTPEngine engine() throws IOException {
        Connection connection = server.connection();
        SFTPEngine current = engine;
        if (current == null || !connection.equals(engineOf)) {
            current = new SFTPEngine(connection.client());
            current.setTimeoutMs((int) ANSWER.toMillis());
            current.init();
            engine = current;
            engineOf = connection;
        }
        return current;
    }

    /** The SFTP channel if its connection is up; null otherwise. */
    @Nullable
    SFTPEngine liveEngine() {
        return engineOf != null && engineOf.alive() ? engine : null;
    }

    /** Gives up a connection that broke or stands still. */
    void drop() {
        Connection broken = engineOf;
        engine = null;
        engineOf = null;
        if (broken != null) {
            broken.abort();
        }
    }

    @Override
    public void close() {
        SFTPEngine current = engine;
        engine = null;
        Connection its = engineOf;
        engineOf = null;
        if (current != null && its != null && its.alive()) {
            try {
                current.close();
            } catch (IOException gone) {
                // The channel ends with its connection.
            }
        }
    }
}
