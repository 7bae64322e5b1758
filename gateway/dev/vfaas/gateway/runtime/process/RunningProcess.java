package dev.vfaas.gateway.runtime.process;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A started process with all its descendants, which are signalled together where the system has process groups. */
final class RunningProcess {
    private final Process process;
    private final boolean ownGroup;
    private final Signals signals;
    private volatile List<ProcessHandle> descendants = List.of();

    /**
     * @param ownGroup whether the process leads a process group of its own; without one only {@link ProcessHandle} can reach descendants
     */
    RunningProcess(Process process, boolean ownGroup, Signals signals) {
        this.process = process;
        this.ownGroup = ownGroup && signals.supported();
        this.signals = signals;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Completes when the process has exited. */
    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    /** Whether {@link #suspend} has an effect. */
    boolean canSuspend() {
        return ownGroup;
    }

    void suspend() {
        if (ownGroup && process.isAlive()) {
            signals.suspend(pid());
        }
    }

    void resume() {
        if (ownGroup && process.isAlive()) {
            signals.resume(pid());
        }
    }

    /** Asks all processes to end. */
    void terminate() {
        descendants = process.descendants().toList();
        if (ownGroup) {
            if (process.isAlive()) {
                signals.terminate(pid());
                signals.resume(pid()); // a stopped process would not see the first signal
            }
        } else {
            process.toHandle().destroy();
            descendants.forEach(ProcessHandle::destroy);
        }
    }

    /** Ends at once what is left of the process and its descendants. */
    void kill() {
        if (process.isAlive()) {
            descendants = process.descendants().toList();
        }
        if (ownGroup) {
            signals.kill(pid());
        }
        process.toHandle().destroyForcibly(); // Process.destroyForcibly would close its output before it is read
        descendants.forEach(ProcessHandle::destroyForcibly);
    }

    /** Waits for the exit; false when it did not come in time. */
    boolean await(Duration limit) {
        try {
            return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** How the process ended, for example {@code exited 1} or {@code was killed by SIGKILL}. */
    String ending() {
        int code = process.exitValue();
        return switch (code) {
            case 128 + 9 -> "was killed by SIGKILL (out of memory?)";
            case 128 + 11 -> "was killed by SIGSEGV";
            case 128 + 6 -> "was killed by SIGABRT";
            case 128 + 15 -> "was killed by SIGTERM";
            default -> "exited " + code;
        };
    }
}
