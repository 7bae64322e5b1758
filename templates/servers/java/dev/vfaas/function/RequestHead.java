package dev.vfaas.function;

import com.sun.net.httpserver.Headers;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The start of a request (RFC 9112), strict where leniency would let two servers read one message in two ways.
 *
 * @param target as it was sent
 * @param length of the body; -1 when it is chunked, 0 without one
 */
record RequestHead(String method, String target, URI uri, boolean http11, Headers headers, long length) {
    private static final String TOKEN = "!#$%&'*+-.^_`|~";

    /** @throws HttpError for what is not a request */
    static RequestHead read(Input input) throws IOException {
        String start = input.line();
        if (start.isEmpty()) {
            start = input.line(); // RFC 9112 2.2: one empty line before a request is ignored
        }
        String[] parts = start.split(" ", -1);
        if (parts.length != 3 || !isToken(parts[0]) || parts[1].isEmpty() || !parts[2].startsWith("HTTP/")) {
            throw new HttpError(400, "Bad Request");
        }
        if (!parts[2].equals("HTTP/1.1") && !parts[2].equals("HTTP/1.0")) {
            throw new HttpError(505, "HTTP Version Not Supported");
        }
        Headers headers = new Headers();
        for (String line = input.line(); !line.isEmpty(); line = input.line()) {
            int colon = line.indexOf(':');
            String value = line.substring(colon + 1).strip();
            if (colon <= 0 || !isToken(line.substring(0, colon)) || !isText(value)) {
                throw new HttpError(400, "Bad Request");
            }
            headers.add(line.substring(0, colon), value);
        }
        boolean http11 = parts[2].equals("HTTP/1.1");
        if (http11 && (!headers.containsKey("Host") || headers.get("Host").size() > 1)) {
            throw new HttpError(400, "Bad Request");
        }
        return new RequestHead(parts[0], parts[1], uri(parts[1]), http11, headers, length(headers));
    }

    /** True when the client wants the connection to end after this request. */
    boolean closes() {
        List<String> wishes = headers.getOrDefault("Connection", List.of());
        return !http11 || wishes.stream().anyMatch(wish -> wish.toLowerCase(Locale.ROOT).contains("close"));
    }

    boolean expectsContinue() {
        return http11 && "100-continue".equalsIgnoreCase(headers.getFirst("Expect"));
    }

    private static long length(Headers headers) throws HttpError {
        List<String> encodings = headers.get("Transfer-Encoding");
        List<String> lengths = headers.get("Content-Length");
        if (encodings != null) {
            if (lengths != null) {
                throw new HttpError(400, "Bad Request");
            }
            if (encodings.size() != 1 || !encodings.getFirst().equalsIgnoreCase("chunked")) {
                throw new HttpError(501, "Not Implemented");
            }
            return -1;
        }
        if (lengths == null) {
            return 0;
        }
        String length = lengths.getFirst();
        boolean whole = !length.isEmpty() && length.length() <= 18 && length.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!whole || lengths.stream().anyMatch(other -> !other.equals(length))) {
            throw new HttpError(400, "Bad Request");
        }
        return Long.parseLong(length);
    }

    /** The target as a URI; characters that clients send although URIs have none of them are percent-encoded. */
    private static URI uri(String target) throws HttpError {
        StringBuilder clean = new StringBuilder();
        if (target.startsWith("//")) {
            clean.append("http://localhost"); // else the path's first part would be read as a host
        }
        for (byte b : target.getBytes(StandardCharsets.ISO_8859_1)) {
            char c = (char) (b & 0xff);
            if (c <= ' ' || c >= 0x7f || "\"<>\\^`{|}".indexOf(c) >= 0) {
                clean.append('%').append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                clean.append(c);
            }
        }
        try {
            return new URI(clean.toString());
        } catch (URISyntaxException malformed) {
            throw new HttpError(400, "Bad Request");
        }
    }

    static boolean isToken(String text) {
        return !text.isEmpty()
                && text.chars().allMatch(c -> c >= '0' && c <= '9'
                        || c >= 'a' && c <= 'z'
                        || c >= 'A' && c <= 'Z'
                        || TOKEN.indexOf(c) >= 0);
    }

    static boolean isText(String text) {
        return text.chars().allMatch(c -> c == '\t' || c >= ' ' && c != 0x7f);
    }
}
