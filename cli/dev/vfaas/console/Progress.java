package dev.vfaas.console;

/**
 * Long work shown while it goes on: one line a task. On a terminal the lines are redrawn with the elapsed time; elsewhere each change is a line of
 * its own. All methods are thread-safe. Close it before anything else is printed.
 */
public interface Progress extends AutoCloseable {

    /** Adds a task under {@code name}, for example a function. */
    Task task(String name);

    /** Removes the live lines' redrawing and leaves their last state. */
    @Override
    void close();

    /** One piece of work. */
    interface Task {
        /** What is being done now, in the present tense: {@code resolving dependencies}. */
        void step(String what);

        /** It is done; {@code summary} says what came of it. */
        void done(String summary);

        /** It failed; {@code summary} says why in one line. */
        void failed(String summary);
    }
}
