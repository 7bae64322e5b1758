package dev.vfaas.provision.engine;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.ssh.ConnectionLost;
import dev.vfaas.ssh.Server;
import java.util.function.Consumer;

/** Does work on a host again when the connection broke under it. What the broken connection left running there is ended first. */
final class Attempts {
    private static final int MOST = 3;

    private final Server server;
    private final HostFolder folder;
    private final Self self;
    private final Consumer<Event> events;

    Attempts(Server server, HostFolder folder, Self self, Consumer<Event> events) {
        this.server = server;
        this.folder = folder;
        this.self = self;
        this.events = events;
    }

    /** @param doing for messages, for example the step's title */
    void until(Step step, String doing, HostLock lock, Runnable work) {
        for (int attempt = 1; ; attempt++) {
            lock.require();
            try {
                if (attempt > 1) {
                    new Batch().whileMine().hush(self.mark()).run(server, folder, lock.token());
                }
                work.run();
                return;
            } catch (Failure failure) {
                boolean broke = failure.getCause() instanceof ConnectionLost;
                if (attempt == MOST || !broke) {
                    Failure told = failure.exitCode() == ExitCode.INTERRUPTED ? interrupted(doing) : failure;
                    events.accept(new Event.StepFailed(step.id(), step.phase(), told.text()));
                    throw told;
                }
                events.accept(new Event.StepRepeated(step.id(), step.phase(), failure.text()));
            }
        }
    }

    private Failure interrupted(String doing) {
        return Failure.of(
                        ExitCode.INTERRUPTED,
                        "interrupted on " + server.name() + " while " + doing + "; what was done so far stays there")
                .next("the same command again goes on from there; vfaas down " + server.name() + " takes it away");
    }

    /**
     * The end of work that failed: what it still runs on the host is ended, and {@code words} are written, also when this thread was interrupted.
     * The failure under way is what the person must hear of, so another one is only added to it.
     */
    void end(Batch words, HostLock lock, RuntimeException why) {
        boolean interrupted = Thread.interrupted();
        try {
            words.run(server, folder, lock.token());
        } catch (RuntimeException unreachable) {
            why.addSuppressed(unreachable);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
