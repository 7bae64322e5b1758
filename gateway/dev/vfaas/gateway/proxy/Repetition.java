package dev.vfaas.gateway.proxy;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayDeque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a call whose replica is lost before it answered may be sent to another one, and what it takes to send it again. By RFC 9110 (9.2.2) that is so
 * for idempotent methods; for others when the function's annotation says that its calls may be repeated. Used on one event loop.
 */
public final class Repetition {
    /** Annotation of a function whose calls may be repeated whatever their method: {@code true} or {@code false}. */
    public static final String ANNOTATION = "dev.vfaas.idempotent";

    /** Bytes of a body that are kept, so that it can be sent again. */
    static final int MOST_BYTES = 64 * 1024;

    private static final int MOST = 2;

    private final Budget budget;
    private boolean possible;
    private int done;
    private int bytes;
    private boolean ended;
    private @Nullable ArrayDeque<HttpContent> sent;

    /** Bytes that all calls of an event loop may keep together; a call that gets none is not repeated. */
    static final class Budget {
        private int left = 8 * 1024 * 1024;

        private boolean take(int bytes) {
            if (bytes > left) {
                return false;
            }
            left -= bytes;
            return true;
        }

        private void give(int bytes) {
            left += bytes;
        }
    }

    Repetition(HttpMethod method, Map<String, String> annotations, Budget budget) {
        this.budget = budget;
        this.possible = isIdempotent(method) || "true".equals(annotations.get(ANNOTATION));
    }

    /**
     * Refuses an annotation that cannot be read.
     *
     * @throws RuntimeFailure INVALID, naming the annotation
     */
    public static void check(Map<String, String> annotations) {
        String value = annotations.get(ANNOTATION);
        if (value != null && !value.equals("true") && !value.equals("false")) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INVALID, ANNOTATION + " is \"" + value + "\", must be true or false");
        }
    }

    private static boolean isIdempotent(HttpMethod method) {
        return HttpMethod.GET.equals(method)
                || HttpMethod.HEAD.equals(method)
                || HttpMethod.OPTIONS.equals(method)
                || HttpMethod.PUT.equals(method)
                || HttpMethod.DELETE.equals(method);
    }

    /** A piece of the body is being sent; it stays the caller's. */
    @SuppressWarnings("ReferenceEquality") // there is one empty end
    void sent(HttpContent content) {
        if (!possible) {
            return;
        }
        if (content == LastHttpContent.EMPTY_LAST_CONTENT) {
            ended = true;
            return;
        }
        int length = content.content().readableBytes();
        if (bytes + length > MOST_BYTES || !budget.take(length)) {
            forget();
            return;
        }
        bytes += length;
        if (sent == null) {
            sent = new ArrayDeque<>(4);
        }
        sent.add(content.copy()); // a piece may be part of a much larger buffer
    }

    /** Takes one of the repetitions that are left, if there is one. */
    boolean take() {
        return possible && done++ < MOST;
    }

    /** What was sent so far, which becomes the caller's; it is told again when it is sent again. */
    ArrayDeque<HttpContent> takeBody() {
        ArrayDeque<HttpContent> body = sent == null ? new ArrayDeque<>(2) : sent;
        if (ended) {
            body.add(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        sent = null;
        ended = false;
        budget.give(bytes);
        bytes = 0;
        return body;
    }

    /** From now on the call is not repeated: its answer has begun, it is over, or its body is too long to be kept. */
    void forget() {
        possible = false;
        budget.give(bytes);
        bytes = 0;
        ArrayDeque<HttpContent> kept = sent;
        sent = null;
        if (kept != null) {
            kept.forEach(HttpContent::release);
        }
    }
}
