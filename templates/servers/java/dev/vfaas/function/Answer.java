package dev.vfaas.function;

import com.sun.net.httpserver.Headers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Locale;

/**
 * An answer on its way to the client. Nothing is sent before the first flush, a full buffer or the end, so that a small answer gets its Content-Length and a
 * handler that fails early can still become a clean 500.
 */
final class Answer extends OutputStream {
    private static final byte[] CRLF = {'\r', '\n'};

    private final OutputStream connection;
    private final RequestHead request;
    private final Runnable onBegin;
    private final byte[] buffer = new byte[8 << 10];
    private int buffered;
    private int status;
    private long length; // announced; -1 unknown
    private Headers headers;
    private boolean chunked;
    private boolean closes;
    private volatile boolean sent; // the head
    private boolean ended;
    private long written;
    private Preview preview;

    /** @param onBegin called when the first byte goes out */
    Answer(OutputStream connection, RequestHead request, Runnable onBegin) {
        this.connection = connection;
        this.request = request;
        this.onBegin = onBegin;
    }

    void previewIn(Preview shown) {
        preview = shown;
    }

    /** Sets what the head will say; may be called again until it is sent. */
    void head(int newStatus, Headers newHeaders, long newLength) {
        status = newStatus;
        headers = newHeaders;
        length = newLength;
        buffered = 0;
        written = 0;
    }

    boolean sent() {
        return sent;
    }

    long written() {
        return written;
    }

    /** The connection ends after this answer; to be said before it begins. */
    void closeAfter() {
        closes = true;
    }

    boolean closes() {
        return closes;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] data, int offset, int count) throws IOException {
        if (ended) {
            throw new IOException("the answer is closed");
        }
        if (length >= 0 && written + count > length) {
            throw new IOException("the answer is longer than its announced " + length + " bytes");
        }
        written += count;
        if (preview != null) {
            preview.add(data, offset, count);
        }
        if (bodiless()) {
            return;
        }
        if (buffered + count > buffer.length) {
            send();
        }
        if (count > buffer.length) {
            part(data, offset, count);
        } else {
            System.arraycopy(data, offset, buffer, buffered, count);
            buffered += count;
        }
    }

    @Override
    public void flush() throws IOException {
        send();
        connection.flush();
    }

    /** Ends the answer: the handler's end of its stream. */
    @Override
    public void close() throws IOException {
        if (ended) {
            return;
        }
        if (length < 0 && !sent) {
            length = written; // all of it is here
        }
        if (length > written && !request.method().equals("HEAD")) {
            throw new IOException("the answer has " + written + " of its announced " + length + " bytes");
        }
        send();
        ended = true;
        if (chunked) {
            connection.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        connection.flush();
    }

    private boolean bodiless() {
        return request.method().equals("HEAD") || status == 204 || status == 304;
    }

    /** Passes on what is buffered, after the head. */
    private void send() throws IOException {
        if (!sent) {
            sendHead();
        }
        int count = buffered;
        buffered = 0;
        part(buffer, 0, count);
    }

    private void part(byte[] data, int offset, int count) throws IOException {
        if (count == 0) {
            return;
        }
        if (chunked) {
            connection.write((Integer.toHexString(count) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
        connection.write(data, offset, count);
        if (chunked) {
            connection.write(CRLF);
        }
    }

    private void sendHead() throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(' ').append(Reason.of(status)).append("\r\n");
        headers.forEach((name, values) -> {
            boolean ours = name.equalsIgnoreCase("Content-Length") || name.equalsIgnoreCase("Transfer-Encoding");
            for (String value : values) {
                if (value == null || !RequestHead.isToken(name) || !RequestHead.isText(value)) {
                    throw new IllegalArgumentException("not a header: " + name + ": " + value);
                }
                if (!ours) {
                    header(head, spelled(name), value);
                }
                closes |= name.equalsIgnoreCase("Connection") && value.equalsIgnoreCase("close");
            }
        });
        if (status != 204 && status != 304) {
            if (length >= 0) {
                header(head, "Content-Length", Long.toString(length));
            } else if (request.http11()) {
                header(head, "Transfer-Encoding", "chunked");
                chunked = !request.method().equals("HEAD");
            } else {
                closes = true; // the connection's end is the body's end
            }
        }
        header(head, "Date", date());
        if (closes && !headers.containsKey("Connection")) {
            header(head, "Connection", "close");
        }
        sent = true;
        onBegin.run();
        connection.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void header(StringBuilder head, String name, String value) {
        head.append(name).append(": ").append(value).append("\r\n");
    }

    /** The JDK's Headers keep only the first letter large. */
    private static String spelled(String name) {
        char[] letters = name.toCharArray();
        for (int i = 1; i < letters.length; i++) {
            if (letters[i - 1] == '-') {
                letters[i] = Character.toUpperCase(letters[i]);
            }
        }
        return new String(letters);
    }

    /** As RFC 9110 5.6.7 writes it. By hand: loading the formatters would be felt in every cold start. */
    private static String date() {
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        return name(now.getDayOfWeek().name()) + ", " + two(now.getDayOfMonth()) + " " + name(now.getMonth().name()) + " " + now.getYear()
                + " " + two(now.getHour()) + ":" + two(now.getMinute()) + ":" + two(now.getSecond()) + " GMT";
    }

    private static String name(String constant) {
        return constant.charAt(0) + constant.substring(1, 3).toLowerCase(Locale.ROOT);
    }

    private static String two(int number) {
        return number < 10 ? "0" + number : Integer.toString(number);
    }
}
