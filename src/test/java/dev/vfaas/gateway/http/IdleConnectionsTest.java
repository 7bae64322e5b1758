package dev.vfaas.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections on which no request comes do not stay for ever. */
class IdleConnectionsTest {
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofHours(1);

    private final EventLoops loops = new EventLoops(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private HttpFrontend frontend;
    private int port;

    private void open(Idleness idleness) throws IOException {
        Log log = new Log(System.err);
        BlockingHandler handler = exchange -> {
            if (exchange.rawPath().equals("/slow")) {
                await();
            }
            exchange.respond(200, "OK");
        };
        frontend = new HttpFrontend(
                loops,
                List.of(Route.below("", Access.OPEN, new BlockingRequests(handler, log, null))),
                new BasicAuthentication("admin", Secret.of("")),
                log,
                idleness);
        port = frontend.listen("127.0.0.1", 0).getPort();
    }

    private void await() throws IOException {
        try {
            released.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @AfterEach
    void close() {
        frontend.close();
        loops.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads an answer whose body is OK. */
    private static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder text = new StringBuilder();
        while (text.indexOf("\r\n\r\nOK") < 0) {
            int b = in.read();
            if (b < 0) {
                break;
            }
            text.append((char) b);
        }
        return text.toString();
    }

    @Test
    void oneWithoutARequestIsClosedOneWithACallIsNot() throws Exception {
        open(new Idleness(SHORT, SHORT));
        try (Socket silent = connect();
                Socket kept = connect();
                Socket calls = connect()) {
            send(calls, "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
            send(kept, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(answer(kept)).startsWith("HTTP/1.1 200");
            assertThat(kept.getInputStream().read()).isEqualTo(-1);
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
            try (Socket later = connect()) { // and one more whole time
                assertThat(later.getInputStream().read()).isEqualTo(-1);
            }
            released.countDown();
            assertThat(answer(calls)).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aHeadThatNeverEndsIsNotWaitedForHoweverSlowlyItComes() throws Exception {
        open(new Idleness(LONG, SHORT));
        try (Socket dripping = connect();
                Socket quiet = connect()) {
            send(dripping, "GET / HTTP/1.1\r\nHost: h\r\nX: ");
            dripping.setSoTimeout(20);
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            boolean closed = false;
            while (!closed && System.nanoTime() < end) {
                try {
                    send(dripping, "x");
                    closed = dripping.getInputStream().read() < 0;
                } catch (SocketTimeoutException e) {
                    // another byte
                } catch (IOException e) { // a byte met a closed connection
                    closed = true;
                }
            }
            assertThat(closed).isTrue();
            send(quiet, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); // it has the longer time
            assertThat(answer(quiet)).startsWith("HTTP/1.1 200");
        }
    }
}
