package dev.vfaas.ssh;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import net.schmizz.sshj.SSHClient;

/** A logged-in connection and the connections to jump hosts it goes through, the outermost first. */
record Connection(List<SSHClient> chain, HostSettings host) {
    Connection {
        chain = List.copyOf(chain);
    }

    /** The connection to the server itself. */
    SSHClient client() {
        return chain.getLast();
    }

    /** False once any of the connections is known to have ended. */
    boolean alive() {
        return chain.stream().allMatch(client -> client.isConnected() && client.isAuthenticated());
    }

    /** Says good-bye and closes, the innermost first. */
    void close() {
        for (SSHClient client : chain.reversed()) {
            try {
                client.close();
            } catch (IOException | RuntimeException gone) {
                // It is closed either way.
            }
        }
    }

    /** Cuts the wire: for a peer that no longer answers, to which a good-bye would block. */
    void abort() {
        Socket socket = chain.getFirst().getSocket();
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException gone) {
            // Already closed.
        }
    }
}
