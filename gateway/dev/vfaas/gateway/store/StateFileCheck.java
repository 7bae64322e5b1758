package dev.vfaas.gateway.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/** Whether the state file may be used: nobody else has it, and it is whole. It only looks; a file in doubt is left exactly as it is. */
final class StateFileCheck {
    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    /** "vfaa": marks the file as ours (SQLite's application_id). */
    static final int APPLICATION_ID = 0x76666161;

    /** Up to this size every page is checked at start, which takes milliseconds; beyond it only what is read. */
    private static final long FULL_CHECK_BYTES = 64L << 20;

    private StateFileCheck() {}

    /**
     * Takes the state for this process until the channel is closed or the process ends.
     *
     * @param beside whether a state that another process has may be used as well
     */
    static FileChannel lock(Path file, boolean beside) throws IOException {
        Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
        PrivateFiles.createFile(lockFile);
        FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                if (beside) {
                    return channel;
                }
                throw inUse(file, lockFile);
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw inUse(file, lockFile);
        } catch (UnusableState e) {
            channel.close();
            throw e;
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    /** SQLite takes an empty file for a new database and would begin again at nothing; with a backup beside it that is a loss, not a beginning. */
    static void beforeOpening(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        if (Files.size(file) == 0) {
            if (Files.exists(Backup.pathFor(file))) {
                throw damaged(file, "it is empty", null);
            }
            return;
        }
        try (InputStream in = Files.newInputStream(file)) {
            if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                throw damaged(file, "it does not begin as an SQLite file does", null);
            }
        }
    }

    /** Reads every page once and knows the owner. */
    static void afterOpening(Path file, Connection connection) throws SQLException, IOException {
        try (Statement statement = connection.createStatement()) {
            int owner = number(statement, "PRAGMA application_id");
            if (owner != 0 && owner != APPLICATION_ID) {
                throw new UnusableState(
                        file + " is a database of another program; nothing was changed.",
                        "start the gateway with another data folder, or move that file away",
                        null);
            }
            if (Files.size(file) > FULL_CHECK_BYTES) {
                return;
            }
            try (ResultSet rows = statement.executeQuery("PRAGMA quick_check(1)")) {
                String answer = rows.next() ? rows.getString(1) : "no answer";
                if (!"ok".equals(answer)) {
                    throw damaged(file, answer.replaceAll("\\s+", " "), null);
                }
            }
        }
    }

    static int number(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return rows.next() ? rows.getInt(1) : 0;
        }
    }

    static boolean isDamage(SQLException e) {
        SQLiteErrorCode code = SqliteDatabase.primary(e);
        return code == SQLiteErrorCode.SQLITE_CORRUPT || code == SQLiteErrorCode.SQLITE_NOTADB;
    }

    static UnusableState damaged(Path file, SQLException cause) {
        return damaged(file, String.valueOf(cause.getMessage()), cause);
    }

    private static UnusableState damaged(Path file, String how, @Nullable Throwable cause) {
        Path folder = file.toAbsolutePath().getParent();
        Path backup = Backup.pathFor(file);
        String moveAway = "cd '" + folder + "' && mkdir damaged && mv " + file.getFileName() + "* damaged/";
        String next = Files.exists(backup)
                ? moveAway + " && cp -p damaged/" + backup.getFileName() + " " + file.getFileName()
                        + "   # goes back to the copy of " + lastModified(backup)
                : moveAway + "   # begins without deployments and secrets; there is no backup copy";
        return new UnusableState(
                "The gateway's state file " + file + " is damaged: " + how
                        + ". It was left as it is; images and function files are not affected.",
                next,
                cause);
    }

    private static String lastModified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toString();
        } catch (IOException e) {
            return "unknown age";
        }
    }

    private static UnusableState inUse(Path file, Path lockFile) {
        String holder = "";
        try {
            String pid = Files.readString(lockFile).strip();
            holder = pid.isEmpty() ? "" : " (process " + pid + ")";
        } catch (IOException e) {
            // the message does without the process id
        }
        return new UnusableState(
                "The gateway's state file " + file + " is in use by another gateway" + holder + ".",
                "vfaas gateway status   # or start this one with another data folder",
                null);
    }
}
