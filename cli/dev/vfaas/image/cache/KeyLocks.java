package dev.vfaas.image.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** One lock a key, held against other threads and other processes. A process that dies lets go of its locks. */
public final class KeyLocks {
    private static final long POLL_MILLIS = 20;

    private final Path folder;
    private final ConcurrentHashMap<String, ReentrantLock> threads = new ConcurrentHashMap<>();

    KeyLocks(Path folder) {
        this.folder = folder;
    }

    /** Work done under a lock. */
    @FunctionalInterface
    public interface Work<T> {
        T run() throws InterruptedException;
    }

    /** Waits for the lock of {@code key}, runs the work, lets go. */
    <T> T holding(String key, Work<T> work) throws InterruptedException {
        // A file lock belongs to the process, so threads need a lock of their own.
        ReentrantLock thread = threads.computeIfAbsent(key, k -> new ReentrantLock());
        thread.lockInterruptibly();
        try {
            Files.createDirectories(folder);
            try (FileChannel channel =
                            FileChannel.open(folder.resolve(key), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = lock(channel)) {
                assert lock.isValid();
                return work.run();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            thread.unlock();
        }
    }

    private static FileLock lock(FileChannel channel) throws IOException, InterruptedException {
        while (true) {
            try {
                return channel.lock();
            } catch (OverlappingFileLockException e) {
                Thread.sleep(POLL_MILLIS); // another cache object of this process has it
            }
        }
    }
}
