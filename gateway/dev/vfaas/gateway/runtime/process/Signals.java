package dev.vfaas.gateway.runtime.process;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * POSIX {@code kill} on whole process groups, called in the C library: a few microseconds, where a {@code kill} program would take milliseconds. On
 * systems without it ({@link #supported()} false) every method does nothing.
 */
final class Signals {
    private static final int SIGKILL = 9;
    private static final int SIGTERM = 15;

    private final boolean mac;
    private final boolean supported;
    private volatile @Nullable MethodHandle kill;

    Signals(String osName) {
        this.mac = osName.startsWith("Mac");
        this.supported = !osName.startsWith("Windows");
    }

    /** Whether this system has process groups and signals. */
    boolean supported() {
        return supported;
    }

    /** Looks the function up, so that the first signal that matters does not pay for it. */
    void warm() {
        if (supported) {
            handle();
        }
    }

    /** Stops every process of the group where it is. */
    void suspend(long group) {
        send(-group, mac ? 17 : 19);
    }

    /** Lets a suspended group go on. */
    void resume(long group) {
        send(-group, mac ? 19 : 18);
    }

    /** Asks the group to end. */
    void terminate(long group) {
        send(-group, SIGTERM);
    }

    /** Ends the group at once. */
    void kill(long group) {
        send(-group, SIGKILL);
    }

    private void send(long target, int signal) {
        if (!supported || target > -2) {
            return; // kill(-1) and kill(0) would reach processes that are not ours
        }
        try {
            int ignored = (int) handle().invokeExact((int) target, signal); // fails only when the group is gone
        } catch (Throwable e) {
            throw new IllegalStateException("cannot signal process group " + -target, e);
        }
    }

    private MethodHandle handle() {
        MethodHandle known = kill;
        if (known == null) {
            Linker linker = Linker.nativeLinker();
            known = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("kill"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            kill = known;
        }
        return known;
    }
}
