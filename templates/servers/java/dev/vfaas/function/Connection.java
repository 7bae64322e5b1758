package dev.vfaas.function;

import com.sun.net.httpserver.Headers;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;

/** One client's connection: request after request, on one virtual thread. */
final class Connection implements Runnable {
    private static final Duration IDLE = Duration.ofMinutes(2);
    /** How much of a body that the handler did not read is read away to keep the connection. */
    private static final long LEFTOVER = 16 << 20;

    private final Socket socket;
    private final FunctionServer function;
    private final Settings settings;
    private final Alarms alarms;

    Connection(Socket socket, FunctionServer function, Settings settings, Alarms alarms) {
        this.socket = socket;
        this.function = function;
        this.settings = settings;
        this.alarms = alarms;
    }

    @Override
    public void run() {
        try (socket) {
            socket.setTcpNoDelay(true);
            Input input = new Input(socket);
            OutputStream output = new BufferedOutputStream(socket.getOutputStream(), 16 << 10);
            boolean again = true;
            while (again && input.await(IDLE)) {
                again = serve(input, output);
            }
            linger();
        } catch (IOException gone) {
            // The client went away or was cut off; the request's own line in the log tells.
        }
    }

    /** Serves one request; false when the connection ends with it. */
    private boolean serve(Input input, OutputStream output) throws IOException {
        input.limit(settings.readTimeout());
        RequestHead request;
        try {
            request = RequestHead.read(input);
        } catch (HttpError wrong) {
            refuse(output, wrong);
            return false;
        }
        Writing writing = new Writing();
        RequestBody body = new RequestBody(input, output, request);
        Answer answer = new Answer(output, request, writing);
        if (request.closes() || function.isDraining()) {
            answer.closeAfter();
        }
        try {
            function.serve(new FunctionExchange(socket, request, body, answer));
            return !answer.closes() && !body.awaited() && body.error() == null && body.skipRest(LEFTOVER);
        } finally {
            writing.end();
        }
    }

    private static void refuse(OutputStream output, HttpError wrong) throws IOException {
        byte[] text = (wrong.getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
        Headers headers = new Headers();
        headers.set("Content-Type", "text/plain; charset=utf-8");
        RequestHead unread = new RequestHead("GET", "/", null, true, headers, 0);
        Answer answer = new Answer(output, unread, () -> {});
        answer.closeAfter();
        answer.head(wrong.status(), headers, text.length);
        answer.write(text);
        answer.close();
    }

    /** Lets the client read the last answer before it learns that what it still sends is not wanted. */
    private void linger() throws IOException {
        socket.shutdownOutput();
        socket.setSoTimeout(500);
        byte[] waste = new byte[16 << 10];
        long end = System.nanoTime() + 1_000_000_000;
        while (System.nanoTime() < end && socket.getInputStream().read(waste) >= 0) {
            // read away
        }
    }

    /** Cuts the connection when an answer takes longer than write_timeout from its first byte on. */
    private final class Writing implements Runnable {
        private Future<?> alarm;

        @Override
        public void run() {
            alarm = alarms.in(settings.writeTimeout(), Connection.this::cut);
        }

        void end() {
            if (alarm != null) {
                alarm.cancel(false);
            }
        }
    }

    private void cut() {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // As wished.
        }
    }
}
