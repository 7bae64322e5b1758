package dev.vfaas.openfaas;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which log lines are wanted.
 *
 * @param namespace null for the gateway's default
 * @param instance only of this replica, null for all
 * @param since only lines at or after, null for all that are kept
 * @param lines only the last N lines before following, 0 or less for all
 * @param follow go on with new lines as they come
 */
public record LogRequest(
        String name,
        @Nullable String namespace,
        @Nullable String instance,
        @Nullable Instant since,
        int lines,
        boolean follow) {}
