package dev.vfaas.gateway.runtime.kubernetes;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks a replica itself whether it is ready, ahead of the node's checks and their rhythm. */
final class Knock {
    private static final int CONNECT_MILLIS = 500;
    private static final int ANSWER_MILLIS = 1_000;

    private Knock() {}

    /** Whether the replica at the address is ready by its function's check; blocks for up to 1.5 s. */
    static boolean at(String host, HealthCheck check) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, Marks.PORT), CONNECT_MILLIS);
            if (check.tcp()) {
                return true;
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(ANSWER_MILLIS);
            String request =
                    "GET " + check.path() + " HTTP/1.1\r\nHost: " + (host.contains(":") ? "[" + host + "]" : host) + ":"
                            + Marks.PORT + "\r\nUser-Agent: vfaas-probe\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String line = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            return line.matches("HTTP/1\\.[01] [23][0-9][0-9]");
        } catch (IOException e) {
            return false;
        }
    }
}
