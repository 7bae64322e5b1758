package dev.vfaas.gateway.runtime;

import dev.vfaas.openfaas.LogMessage;

/** Where log lines go. */
@FunctionalInterface
public interface LogSink {
    /** Takes one line; false when no more are wanted (the client went away). */
    boolean accept(LogMessage message);
}
