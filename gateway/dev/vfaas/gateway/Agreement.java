package dev.vfaas.gateway;

import java.net.InetSocketAddress;

/** What a gateway does together with others that serve the same functions. */
interface Agreement extends AutoCloseable {
    /** It answers at this address now, which may be a wildcard. */
    void listening(InetSocketAddress address);

    /** Leaves, so that others need not wait for it. */
    @Override
    void close();
}
