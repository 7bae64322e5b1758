package dev.vfaas.gateway.store;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * {@link Database} in one SQLite file: write-ahead log, a sync for every commit (shared by writers that wait together), one writer, a few readers.
 * Caches are small, memory mapping is off. Next to the file {@code NAME.backup} holds a consistent copy, made when the gateway stops and now and
 * then while it runs.
 */
public final class SqliteDatabase implements Database {
    private static final int READERS = 3;
    private static final long BACKUP_CHECK_MILLIS = 60_000;

    private final Path file;
    private final FileChannel lock;
    private final Connection writer;
    private final WriteQueue writes;
    private final Backup backup;
    private final BlockingQueue<Connection> readers = new ArrayBlockingQueue<>(READERS);
    private volatile boolean closed;

    private SqliteDatabase(Path file, FileChannel lock, Connection writer) {
        this.file = file;
        this.lock = lock;
        this.writer = writer;
        this.backup = new Backup(file, writer);
        this.writes = new WriteQueue(writer, this::failure, backup::makeIfDue, BACKUP_CHECK_MILLIS);
    }

    /**
     * Opens or creates the file, 0600, and brings each room's tables up to date.
     *
     * @throws UnusableState when the file is damaged, newer than this program, or in use; it is left as it is
     * @throws RuntimeFailure NO_SPACE, or INTERNAL when the file cannot be read or written
     */
    public static SqliteDatabase open(Path file, List<Schema> schemas) {
        return open(file, schemas, false);
    }

    /**
     * {@link #open(Path, List)}, but beside another gateway of the same machine too: one that is about to go, whose place this one takes. SQLite lets
     * both write, one at a time.
     */
    public static SqliteDatabase openBeside(Path file, List<Schema> schemas) {
        return open(file, schemas, true);
    }

    private static SqliteDatabase open(Path file, List<Schema> schemas, boolean beside) {
        FileChannel lock = null;
        Connection writer = null;
        SqliteDatabase database = null;
        try {
            Path path = file.toAbsolutePath();
            Path folder = path.getParent();
            if (folder != null) {
                PrivateFiles.createFolder(folder);
            }
            lock = StateFileCheck.lock(path, beside);
            StateFileCheck.beforeOpening(path);
            PrivateFiles.createFile(path);
            writer = connect(path, false);
            StateFileCheck.afterOpening(path, writer);
            new SchemaMigration(path, writer).apply(schemas);
            database = new SqliteDatabase(path, lock, writer);
            for (int i = 0; i < READERS; i++) {
                database.readers.add(connect(path, true));
            }
            database.writes.start();
            return database;
        } catch (SQLException e) {
            RuntimeException failure = StateFileCheck.isDamage(e) ? StateFileCheck.damaged(file, e) : failure(file, e);
            closeAfter(failure, database, writer, lock);
            throw failure;
        } catch (IOException e) {
            RuntimeException failure = FullDisk.explains(e, file)
                    ? FullDisk.failure("The gateway's state", file, e)
                    : new RuntimeFailure(
                            RuntimeFailure.Kind.INTERNAL,
                            "the gateway's state file " + file + " cannot be opened: " + e,
                            e);
            closeAfter(failure, database, writer, lock);
            throw failure;
        } catch (RuntimeException e) {
            closeAfter(e, database, writer, lock);
            throw e;
        }
    }

    @Override
    public <T extends @Nullable Object> T write(Work<T> work) {
        if (closed) {
            throw stopped();
        }
        return writes.write(work);
    }

    @Override
    public <T extends @Nullable Object> T read(Work<T> work) {
        Connection reader = takeReader();
        try (Statement statement = reader.createStatement()) {
            statement.execute("BEGIN");
            try {
                return work.run(reader);
            } finally {
                statement.execute("ROLLBACK"); // nothing was written; ends the snapshot
            }
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            readers.add(reader);
        }
    }

    /** Finishes the writes that were accepted, makes the backup copy and closes. Further calls do nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        writes.close();
        backup.makeIfChanged();
        try {
            for (int i = 0; i < READERS; i++) {
                takeReader().close();
            }
            writer.close();
            lock.close();
        } catch (SQLException e) {
            throw failure(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Connection takeReader() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return readers.take();
                } catch (InterruptedException e) {
                    interrupted = true; // a read is short; the caller meets the interrupt afterwards
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Connection connect(Path path, boolean reader) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(10_000);
        config.setCacheSize(-1024); // KiB; a cache per connection, and the idle gateway is to stay small
        config.enforceForeignKeys(true);
        config.setPragma(SQLiteConfig.Pragma.MMAP_SIZE, "0");
        config.setTempStore(SQLiteConfig.TempStore.MEMORY);
        config.setReadOnly(reader);
        if (!reader) {
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
            config.setJournalSizeLimit(16 << 20);
        }
        return config.createConnection("jdbc:sqlite:" + path);
    }

    /** Whether SQLite ends the whole transaction on this error, or the file is in trouble, so that going on makes no sense. */
    static boolean endsTransaction(SQLException e) {
        return switch (primary(e)) {
            case SQLITE_FULL,
                    SQLITE_IOERR,
                    SQLITE_NOMEM,
                    SQLITE_CORRUPT,
                    SQLITE_NOTADB,
                    SQLITE_READONLY,
                    SQLITE_CANTOPEN -> true;
            default -> false;
        };
    }

    /** The result code without its extension. */
    static SQLiteErrorCode primary(SQLException e) {
        return SQLiteErrorCode.getErrorCode(
                e instanceof SQLiteException sqlite ? sqlite.getResultCode().code & 0xff : e.getErrorCode() & 0xff);
    }

    private RuntimeFailure failure(SQLException e) {
        return failure(file, e);
    }

    private static RuntimeFailure failure(Path file, SQLException e) {
        SQLiteErrorCode code = primary(e);
        if (code == SQLiteErrorCode.SQLITE_FULL
                || (code == SQLiteErrorCode.SQLITE_IOERR && FullDisk.noRoomAt(file))
                || (code == SQLiteErrorCode.SQLITE_CANTOPEN && FullDisk.noRoomAt(file))) {
            return FullDisk.failure("The change", file, e);
        }
        if (StateFileCheck.isDamage(e)) {
            UnusableState damaged = StateFileCheck.damaged(file, e);
            return new RuntimeFailure(
                    RuntimeFailure.Kind.INTERNAL, damaged.getMessage() + " To repair: " + damaged.next(), e);
        }
        return new RuntimeFailure(
                RuntimeFailure.Kind.INTERNAL,
                "the gateway's state file " + file + " could not be used: " + e.getMessage(),
                e);
    }

    private static RuntimeFailure stopped() {
        return new RuntimeFailure(RuntimeFailure.Kind.UNAVAILABLE, "the gateway is stopping");
    }

    private static void closeAfter(
            Throwable reason,
            @Nullable SqliteDatabase database,
            @Nullable Connection writer,
            @Nullable FileChannel lock) {
        try {
            if (database != null) {
                for (Connection reader : database.readers) {
                    reader.close();
                }
            }
            if (writer != null) {
                writer.close();
            }
            if (lock != null) {
                lock.close();
            }
        } catch (SQLException | IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** For messages: where the state is. */
    @Override
    public String toString() {
        return Files.exists(file) ? file.toString() : file + " (gone)";
    }
}
