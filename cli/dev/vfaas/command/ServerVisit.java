package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.provision.LoggedServer;
import dev.vfaas.provision.RunLog;
import dev.vfaas.provision.engine.Self;
import dev.vfaas.provision.engine.WorkingServer;
import dev.vfaas.ssh.Server;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A server one is logged in to for one command that changes it: with the log of the run, and closed when the person interrupts it. */
final class ServerVisit implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final LoggedServer server;
    private final RunLog log;
    private final InstantSource clock;
    private final Self self;
    private final Console console;
    private final Console.Cleanup cleanup;
    private final Thread worker = Thread.currentThread();
    private final CountDownLatch ended = new CountDownLatch(1);

    ServerVisit(Session session, ServerOptions options, String host, String action) {
        this.clock = Clock.systemUTC();
        this.self = Self.of(session.environment(), session.version());
        Path runs = session.environment().stateDirectory().resolve("runs");
        this.log = RunLog.create(runs, host, action, clock);
        this.server = new LoggedServer(new WorkingServer(login(session, options, host), self.mark()), log);
        this.console = session.console();
        this.cleanup = console.onInterrupt(this::interrupt);
    }

    private Server login(Session session, ServerOptions options, String host) {
        try {
            return options.connect(session, host);
        } catch (RuntimeException e) {
            log.line("no connection: " + e.getMessage());
            log.close();
            throw e;
        }
    }

    LoggedServer server() {
        return server;
    }

    RunLog log() {
        return log;
    }

    InstantSource clock() {
        return clock;
    }

    Self self() {
        return self;
    }

    /** Lets the work say on the server that it ends; a server that does not answer is not waited for. */
    private void interrupt() {
        worker.interrupt();
        console.linger();
        try {
            if (!ended.await(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                server.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        ended.countDown();
        cleanup.close();
        server.close();
        log.close();
    }
}
