package dev.vfaas.gateway.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Rewrites the headers of a call where it passes the gateway: what belongs to one connection only is taken out, what the gateway knows is added. */
final class CallHeaders {
    static final AsciiString CALL_ID = AsciiString.cached("X-Call-Id");
    static final AsciiString START_TIME = AsciiString.cached("X-Start-Time");
    static final AsciiString SERVED_BY = AsciiString.cached("X-Served-By");
    static final AsciiString INTERNAL = AsciiString.cached("X-OpenFaaS-Internal");
    private static final AsciiString FORWARDED_FOR = AsciiString.cached("X-Forwarded-For");
    private static final AsciiString FORWARDED_HOST = AsciiString.cached("X-Forwarded-Host");
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private CallHeaders() {}

    /**
     * Makes a client's request one for a replica.
     *
     * @param upgrade the protocol the request may switch to, null when it may not
     */
    static void toUpstream(
            HttpRequest request, String clientAddress, String callId, String startTime, @Nullable String upgrade) {
        HttpHeaders headers = request.headers();
        removeHopByHop(headers);
        headers.remove(HttpHeaderNames.EXPECT);
        headers.remove(HttpHeaderNames.PROXY_AUTHORIZATION);
        headers.remove(HttpHeaderNames.TE);
        if (upgrade != null) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
            headers.set(HttpHeaderNames.UPGRADE, upgrade);
        }
        headers.set(CALL_ID, callId);
        headers.set(START_TIME, startTime);
        String forwarded = headers.get(FORWARDED_FOR);
        headers.set(FORWARDED_FOR, forwarded == null ? clientAddress : forwarded + ", " + clientAddress);
        String host = headers.get(HttpHeaderNames.HOST);
        if (host == null) {
            headers.set(HttpHeaderNames.HOST, "localhost");
        } else if (!headers.contains(FORWARDED_HOST)) {
            headers.set(FORWARDED_HOST, host);
        }
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
    }

    /** Makes a replica's response one for the client; its body gets chunks when nothing else tells its end. */
    static void toClient(HttpResponse response, String callId, String startTime, String servedBy, boolean bodyless) {
        HttpHeaders headers = response.headers();
        removeHopByHop(headers);
        headers.remove(HttpHeaderNames.PROXY_AUTHENTICATE);
        headers.set(CALL_ID, callId);
        headers.set(START_TIME, startTime);
        headers.set(SERVED_BY, servedBy);
        if (!bodyless
                && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)
                && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        response.setProtocolVersion(HttpVersion.HTTP_1_1);
    }

    /** Makes a replica's 101 one for the client. */
    static void toTunnel(HttpResponse response, String callId, String startTime, String servedBy) {
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        headers.set(CALL_ID, callId);
        headers.set(START_TIME, startTime);
        headers.set(SERVED_BY, servedBy);
    }

    private static void removeHopByHop(HttpHeaders headers) {
        if (headers.contains(HttpHeaderNames.CONNECTION)) {
            for (String value : headers.getAll(HttpHeaderNames.CONNECTION)) {
                removeNamed(headers, value);
            }
            headers.remove(HttpHeaderNames.CONNECTION);
        }
        headers.remove(KEEP_ALIVE);
        headers.remove(PROXY_CONNECTION);
        headers.remove(HttpHeaderNames.UPGRADE);
    }

    /** Takes out the headers that a Connection header names, except those that frame the message. */
    private static void removeNamed(HttpHeaders headers, String value) {
        int from = 0;
        while (from <= value.length()) {
            int comma = value.indexOf(',', from);
            int end = comma < 0 ? value.length() : comma;
            String name = value.substring(from, end).trim();
            if (!name.isEmpty()
                    && !HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name)
                    && !HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)
                    && !HttpHeaderNames.HOST.contentEqualsIgnoreCase(name)) {
                headers.remove(name);
            }
            from = end + 1;
        }
    }

    /** The protocol a request asks to switch to, null when none. HTTP/2 is not offered to replicas. */
    static @Nullable String upgrade(HttpHeaders headers) {
        String upgrade = headers.get(HttpHeaderNames.UPGRADE);
        if (upgrade == null
                || upgrade.regionMatches(true, 0, "h2c", 0, 3)
                || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)) {
            return null;
        }
        return upgrade;
    }

    /** A random UUID's text. Ids need to differ, not to be secret, so the fast generator does. */
    static String newCallId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = (random.nextLong() & ~0xf000L) | 0x4000L;
        long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        byte[] text = new byte[36];
        int at = 0;
        for (int i = 0; i < 32; i++) {
            if (i == 8 || i == 12 || i == 16 || i == 20) {
                text[at++] = '-';
            }
            long half = i < 16 ? high : low;
            text[at++] = (byte) HEX[(int) (half >>> (60 - 4 * (i & 15))) & 15];
        }
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /** Nanoseconds since 1970 in UTC. */
    static String now() {
        Instant now = Instant.now();
        return Long.toString(now.getEpochSecond() * 1_000_000_000L + now.getNano());
    }
}
