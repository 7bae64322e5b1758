package dev.vfaas.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A replica whose every byte a test decides: the script gets each connection on a thread of its own. */
final class ScriptedReplica implements AutoCloseable {
    /** What happens on a connection; it is closed afterwards. */
    @FunctionalInterface
    interface Script {
        void run(RawConnection connection, int number) throws Exception;
    }

    final AtomicInteger connections = new AtomicInteger();
    final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final ServerSocket server;

    ScriptedReplica(Script script) throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> accept(script));
    }

    /** Answers every request with its own head as the body. */
    static ScriptedReplica echo() throws IOException {
        return new ScriptedReplica((connection, number) -> {
            for (String head = connection.head(); head != null; head = connection.head()) {
                String body = connection.body(head);
                answer(connection, head + body);
            }
        });
    }

    static void answer(RawConnection connection, String body) throws IOException {
        connection.send("HTTP/1.1 200 OK|Content-Length: " + body.length() + "|Content-Type: text/plain||");
        connection.send(body.replace("|", "%7C"));
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept(Script script) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                int number = connections.incrementAndGet();
                Thread.ofVirtual().start(() -> {
                    try (RawConnection connection = new RawConnection(socket)) {
                        script.run(connection, number);
                    } catch (Exception e) {
                        // the test sees what its client gets
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
