package dev.vfaas.gateway.store;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one writer. Writes that arrive while a transaction is being synced to disk share the next one (group commit), so many small writes cost one
 * sync. It has a thread of its own because a sync blocks in native code, which would hold up the virtual threads' carriers.
 */
final class WriteQueue implements AutoCloseable {
    private static final int MAX_BATCH = 512;

    private final Connection connection;
    private final Function<SQLException, RuntimeFailure> translate;
    private final Runnable betweenBatches;
    private final long pauseMillis;
    private final BlockingQueue<Pending<?>> waiting = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closing;

    /**
     * @param translate turns an error of SQLite into what callers get
     * @param betweenBatches upkeep, run on the writer's thread after a batch and at least every {@code pauseMillis}
     */
    WriteQueue(
            Connection connection,
            Function<SQLException, RuntimeFailure> translate,
            Runnable betweenBatches,
            long pauseMillis) {
        this.connection = connection;
        this.translate = translate;
        this.betweenBatches = betweenBatches;
        this.pauseMillis = pauseMillis;
        this.thread = Thread.ofPlatform().name("state-writer").daemon().unstarted(this::loop);
    }

    void start() {
        thread.start();
    }

    /** Queues the work and waits until it is durable or has failed. */
    <T extends @Nullable Object> T write(Database.Work<T> work) {
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException("a write inside a write would wait for itself");
        }
        Pending<T> pending = new Pending<>(work);
        waiting.add(pending);
        if (closing && waiting.remove(pending)) {
            throw stopped();
        }
        try {
            return pending.done.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }

    /** Ends after what has been queued is written. */
    @Override
    public void close() {
        closing = true;
        waiting.add(new Pending<>(c -> true)); // wakes the thread
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        List<Pending<?>> batch = new ArrayList<>();
        while (!closing || !waiting.isEmpty()) {
            try {
                Pending<?> first = waiting.poll(pauseMillis, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    waiting.drainTo(batch, MAX_BATCH - 1);
                    commit(batch);
                    batch.clear();
                }
                if (!closing) {
                    betweenBatches.run();
                }
            } catch (InterruptedException e) {
                // nobody but close() ends this thread
            }
        }
        for (Pending<?> late = waiting.poll(); late != null; late = waiting.poll()) {
            late.fail(stopped());
        }
    }

    private void commit(List<Pending<?>> batch) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            try {
                for (Pending<?> pending : batch) {
                    run(pending, statement, batch.size() > 1);
                }
                statement.execute("COMMIT");
            } catch (SQLException | RuntimeException | Error e) {
                rollBack(statement, e);
                throw e;
            }
            batch.forEach(Pending::succeed);
        } catch (SQLException e) {
            batch.forEach(pending -> pending.fail(translate.apply(e)));
        } catch (RuntimeException | Error e) {
            batch.forEach(pending -> pending.fail(e));
        }
    }

    /** One work of a batch: its failure takes back what it did and leaves the others alone, unless the whole file is in trouble. */
    private void run(Pending<?> pending, Statement statement, boolean shared) throws SQLException {
        if (!shared) {
            pending.run(connection);
            return;
        }
        statement.execute("SAVEPOINT work");
        try {
            pending.run(connection);
        } catch (SQLException | RuntimeException | Error e) {
            if (e instanceof SQLException sql && SqliteDatabase.endsTransaction(sql)) {
                throw e;
            }
            statement.execute("ROLLBACK TO work");
            pending.fail(e instanceof SQLException sql ? translate.apply(sql) : e);
        }
        statement.execute("RELEASE work");
    }

    private static void rollBack(Statement statement, Throwable reason) {
        try {
            statement.execute("ROLLBACK");
        } catch (SQLException e) {
            reason.addSuppressed(e); // SQLite has rolled back by itself
        }
    }

    private static RuntimeFailure stopped() {
        return new RuntimeFailure(RuntimeFailure.Kind.UNAVAILABLE, "the gateway is stopping");
    }

    private static final class Pending<T extends @Nullable Object> {
        private final Database.Work<T> work;
        private final CompletableFuture<T> done = new CompletableFuture<>();
        private @Nullable T result;

        Pending(Database.Work<T> work) {
            this.work = work;
        }

        void run(Connection connection) throws SQLException {
            result = work.run(connection);
        }

        @SuppressWarnings("NullAway") // T itself says whether null is a result
        void succeed() {
            done.complete(result);
        }

        void fail(Throwable failure) {
            done.completeExceptionally(failure);
        }
    }
}
