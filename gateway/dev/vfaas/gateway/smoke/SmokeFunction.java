package dev.vfaas.gateway.smoke;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A function that answers with the body it was sent. It lies in the gateway's image, so trying a server out needs no registry and no base image. */
public final class SmokeFunction {
    private static final int BACKLOG = 50;
    private static final int LONGEST = 1 << 20;
    private static final int PORT = 8080;

    private final ServerSocket server;

    private SmokeFunction(ServerSocket server) {
        this.server = server;
    }

    /** Serves on port 8080 of all interfaces until the process is ended. */
    public static void main(String[] arguments) throws IOException {
        try (ServerSocket server = new ServerSocket(PORT, BACKLOG, InetAddress.getByAddress(new byte[4]))) {
            new SmokeFunction(server).serve();
        }
    }

    private void serve() throws IOException {
        while (!server.isClosed()) {
            Socket client = server.accept();
            Thread.ofVirtual().start(() -> answer(client));
        }
    }

    private static void answer(Socket client) {
        try (client) {
            InputStream in = new BufferedInputStream(client.getInputStream());
            String head = head(in);
            byte[] body = in.readNBytes(Math.min(LONGEST, length(head)));
            byte[] answer = head.startsWith("GET /_/") ? "OK".getBytes(StandardCharsets.UTF_8) : body;
            String status = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + answer.length
                    + "\r\nConnection: close\r\n\r\n";
            client.getOutputStream().write(status.getBytes(StandardCharsets.US_ASCII));
            client.getOutputStream().write(answer);
        } catch (IOException e) {
            // The caller went away: nobody waits for an answer.
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int ended = 0;
        for (int next = in.read(); next >= 0 && head.size() < LONGEST; next = in.read()) {
            head.write(next);
            ended = next == '\n' ? ended + 1 : next == '\r' ? ended : 0;
            if (ended == 2) {
                break;
            }
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static int length(String head) {
        return head.lines()
                .map(line -> line.toLowerCase(Locale.ROOT))
                .filter(line -> line.startsWith("content-length:"))
                .mapToInt(line ->
                        Integer.parseInt(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElse(0);
    }
}
