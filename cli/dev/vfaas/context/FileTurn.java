package dev.vfaas.context;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Lets one at a time read a file, change it and write it, among all threads and programs that take their turn so. The lock is on an empty file
 * {@code .NAME.lock} beside it, since the file itself is replaced by each write.
 */
public final class FileTurn {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int PAUSE_MILLIS = 10;

    private final Path file;

    public FileTurn(Path file) {
        this.file = file;
    }

    /** Does it when nobody else does. */
    public void take(Runnable change) {
        Path absolute = file.toAbsolutePath();
        Path lock = absolute.resolveSibling("." + absolute.getFileName() + ".lock");
        try {
            makeFolder(absolute.getParent());
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock mine = await(channel)) {
                change.run();
            }
        } catch (IOException e) {
            throw Failure.failed("cannot lock " + lock + ": " + e).because(e);
        }
    }

    private static void makeFolder(@Nullable Path folder) throws IOException {
        if (folder == null || Files.isDirectory(folder)) {
            return;
        }
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(folder);
        }
    }

    private FileLock await(FileChannel channel) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            FileLock lock = attempt(channel);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() > end) {
                throw Failure.of(
                                ExitCode.LOCKED,
                                "another vfaas has been changing " + file + " for " + PATIENCE.toSeconds() + " s")
                        .next("the same command again");
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Failure.of(ExitCode.INTERRUPTED, "interrupted").because(e);
            }
        }
    }

    private static @Nullable FileLock attempt(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException anotherThread) {
            return null;
        }
    }
}
