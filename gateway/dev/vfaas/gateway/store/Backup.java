package dev.vfaas.gateway.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A consistent copy of the state beside it, for the day the state file is damaged. A copy that cannot be made (full disk) is no failure: the last
 * one stays.
 */
final class Backup {
    private static final long INTERVAL_NANOS = 15L * 60 * 1_000_000_000;

    /** Queued calls can make the file big; copying it then is not worth the pause of the writer. */
    private static final long MAX_BYTES = 32L << 20;

    private final Path file;
    private final Connection connection;
    private long changesSaved;
    private long madeAt;

    Backup(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
        this.changesSaved = -1;
        this.madeAt = System.nanoTime();
    }

    static Path pathFor(Path file) {
        return file.resolveSibling(file.getFileName() + ".backup");
    }

    /** For the writer's thread, between transactions. */
    void makeIfDue() {
        if (System.nanoTime() - madeAt > INTERVAL_NANOS) {
            madeAt = System.nanoTime();
            makeIfChanged();
        }
    }

    /** Makes the copy unless the last one still holds everything. */
    void makeIfChanged() {
        Path copy = pathFor(file);
        Path temporary = file.resolveSibling(file.getFileName() + ".backup.new");
        try {
            long changes = changes();
            if ((changes == changesSaved && Files.exists(copy)) || Files.size(file) > MAX_BYTES) {
                return;
            }
            Files.deleteIfExists(temporary);
            PrivateFiles.createFile(temporary); // SQLite writes into an empty file and keeps its mode
            try (PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
                vacuum.setString(1, temporary.toString());
                vacuum.execute();
            }
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            PrivateFiles.moveInto(temporary, copy);
            changesSaved = changes;
        } catch (SQLException | IOException e) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException ignored) {
                // overwritten by the next attempt
            }
        }
    }

    private long changes() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return StateFileCheck.number(statement, "SELECT total_changes()");
        }
    }
}
