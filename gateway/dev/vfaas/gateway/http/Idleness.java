package dev.vfaas.gateway.http;

import java.time.Duration;

/**
 * How long a client's connection may wait.
 *
 * @param connection for its next request
 * @param head for the rest of a request's head
 */
record Idleness(Duration connection, Duration head) {
    /** Ten minutes, longer than clients and proxies keep connections, and one minute. */
    static final Idleness USUAL = new Idleness(Duration.ofMinutes(10), Duration.ofMinutes(1));

    /** Time between two looks at all connections. */
    Duration rhythm() {
        return (head.compareTo(connection) < 0 ? head : connection).dividedBy(4);
    }
}
