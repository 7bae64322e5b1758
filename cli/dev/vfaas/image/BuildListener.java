package dev.vfaas.image;

/** Told how a build goes on; called from several threads. */
public interface BuildListener {

    /** What is being done for a function now, in the present tense. */
    void step(String function, String what);

    /** A line that a tool said. */
    default void log(String function, String line) {}

    /** A function is done, well or not. */
    default void finished(FunctionResult result) {}

    /** Tells nobody. */
    static BuildListener none() {
        return (function, what) -> {};
    }
}
