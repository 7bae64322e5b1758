package dev.vfaas.template;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Steps that are all done or all undone, also when the person interrupts them from another thread. Thread-safe. */
public class Rollback implements Runnable {
    private final Deque<Step> undos = new ArrayDeque<>();
    private boolean undone;
    private boolean committed;

    /** Something that changes files. */
    @FunctionalInterface
    interface Step {
        void run() throws IOException;
    }

    /** Does a step that may fail half-way: it is undone even then. */
    synchronized void step(Step action, Step undo) throws IOException {
        beforeStep();
        undos.push(undo);
        action.run();
    }

    /** Does a step that is done whole or not at all: it is undone only when it was done. */
    synchronized void atomic(Step action, Step undo) throws IOException {
        beforeStep();
        action.run();
        undos.push(undo);
    }

    /** Refuses further steps after an interruption. */
    void beforeStep() {
        if (undone) {
            throw Failure.of(ExitCode.INTERRUPTED, "interrupted; nothing was changed");
        }
    }

    /** From here on the steps stay. */
    synchronized void commit() {
        undos.clear();
        committed = true;
    }

    /** Undoes what was done and not committed, the last step first; each as far as it can be. */
    @Override
    public synchronized void run() {
        undone = !committed;
        while (!undos.isEmpty()) {
            try {
                undos.pop().run();
            } catch (IOException _) {
                // The others must still be undone; what is left has a temporary name.
            }
        }
    }
}
