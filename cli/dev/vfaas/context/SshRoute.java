package dev.vfaas.context;

import dev.vfaas.ssh.SshTarget;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The way to a gateway that only its server can reach: log in to the server, and let its sshd open the connection. Nothing listens for it on either
 * side.
 *
 * @param server where to log in, as the person named it; what it leaves out ~/.ssh/config says
 * @param identity a private key to try first, absolute; null for none
 * @param host the gateway's address as the server sees it, for example a ClusterIP
 * @param port the gateway's port there
 */
public record SshRoute(SshTarget server, @Nullable Path identity, String host, int port) {

    /** {@code IP:PORT} of the gateway on {@code server}. */
    public static SshRoute of(SshTarget server, @Nullable Path identity, String forward) {
        int colon = forward.lastIndexOf(':');
        try {
            int port = Integer.parseInt(forward.substring(colon + 1));
            String host = forward.substring(0, Math.max(0, colon)).replaceAll("^\\[|]$", "");
            if (!host.isEmpty() && port > 0 && port < 65536) {
                return new SshRoute(server, identity, host, port);
            }
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw new IllegalArgumentException("\"" + forward + "\" is not ADDRESS:PORT");
    }

    /** {@code ADDRESS:PORT} of the gateway as the server sees it. */
    public String forward() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** For messages: {@code 10.43.0.80:8080 on root@203.0.113.10}. */
    @Override
    public String toString() {
        return forward() + " on " + server;
    }

    /** The {@code ssh} member of a context's entry. */
    Map<String, Object> entry() {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("host", server.host());
        if (server.port() != null) {
            entry.put("port", (long) server.port());
        }
        if (server.user() != null) {
            entry.put("user", server.user());
        }
        if (identity != null) {
            entry.put("identity", identity.toString());
        }
        return entry;
    }

    /** Reads what {@link #entry} makes. */
    static SshRoute read(Map<?, ?> ssh, String forward) {
        Object host = ssh.get("host");
        if (host == null) {
            throw new IllegalArgumentException("ssh has no host");
        }
        Object user = ssh.get("user");
        Object port = ssh.get("port");
        Object identity = ssh.get("identity");
        // Parsed as if it was typed, so that nothing from a file reaches another program that could not have been
        // typed.
        String name = String.valueOf(host);
        String typed = (user == null ? "" : user + "@")
                + (name.contains(":") ? "[" + name + "]" : name)
                + (port == null ? "" : ":" + port);
        return of(SshTarget.parse(typed), identity == null ? null : Path.of(String.valueOf(identity)), forward);
    }
}
