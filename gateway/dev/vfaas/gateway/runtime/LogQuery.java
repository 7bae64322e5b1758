package dev.vfaas.gateway.runtime;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which log lines are wanted.
 *
 * @param instance only of this replica, null for all
 * @param since only lines at or after, null for all that are kept
 * @param tail only the last N lines before following, 0 or less for all
 * @param follow go on with new lines as they come
 */
public record LogQuery(
        FunctionKey function,
        @Nullable String instance,
        @Nullable Instant since,
        int tail,
        boolean follow) {}
