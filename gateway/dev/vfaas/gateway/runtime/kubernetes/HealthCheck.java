package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.openfaas.GoDuration;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a function's replicas are asked whether they can take calls, by its annotations {@code com.openfaas.ready.http.*} (readiness) and
 * {@code com.openfaas.health.http.*} (both, where readiness has none of its own): {@code path}, {@code initialDelay} or
 * {@code initialDelaySeconds}, {@code periodSeconds}, {@code timeoutSeconds}, {@code failureThreshold}. The usual path is {@code /_/health}.
 */
final class HealthCheck {
    private static final String READY = "com.openfaas.ready.http.";
    private static final String HEALTH = "com.openfaas.health.http.";
    private static final String USUAL_PATH = "/_/health";

    private final Map<String, String> annotations;
    private final boolean tcp;

    /** @throws RuntimeFailure INVALID naming the annotation that cannot be read */
    HealthCheck(Map<String, String> annotations) {
        this.annotations = annotations;
        String kind = annotations.getOrDefault(Marks.PROBE, "http");
        if (!kind.equals("http") && !kind.equals("tcp")) {
            throw invalid(Marks.PROBE, kind, "http or tcp");
        }
        this.tcp = kind.equals("tcp");
    }

    /** Whether a connection that is taken is all that is asked. */
    boolean tcp() {
        return tcp;
    }

    /** The path that answers 200 when the replica is ready. */
    String path() {
        String path = annotations.getOrDefault(READY + "path", annotations.getOrDefault(HEALTH + "path", USUAL_PATH));
        if (!path.matches("/[!-~]*")) {
            throw invalid(annotations.containsKey(READY + "path") ? READY + "path" : HEALTH + "path", path, "a path");
        }
        return path;
    }

    /** Whether nothing may be believed before a time the function gave, so that only the node's own checks count. */
    boolean delayed() {
        return delay(READY, delay(HEALTH, 0)) > 0;
    }

    /** Asked each second from the start on, so that a replica takes calls as soon as it can. */
    Probe readiness() {
        return probe(path(), READY, delay(READY, delay(HEALTH, 0)), 1, 2, 3);
    }

    /**
     * Patient: ends a replica that hangs, not one that is slow to start, nor one that says by its own path for readiness that it is busy. With such a path
     * alone nothing tells that it has the usual one too, so a connection that is taken is enough.
     */
    Probe liveness() {
        String path = annotations.get(HEALTH + "path");
        if (path == null && !annotations.containsKey(READY + "path")) {
            path = USUAL_PATH;
        }
        return probe(path, HEALTH, delay(HEALTH, 10), 10, 5, 3);
    }

    private Probe probe(@Nullable String path, String prefix, int delay, int period, int timeout, int failures) {
        ProbeBuilder probe = new ProbeBuilder()
                .withInitialDelaySeconds(delay)
                .withPeriodSeconds(number(prefix + "periodSeconds", period, 1))
                .withTimeoutSeconds(number(prefix + "timeoutSeconds", timeout, 1))
                .withFailureThreshold(number(prefix + "failureThreshold", failures, 1))
                .withSuccessThreshold(1);
        return tcp || path == null
                ? probe.withNewTcpSocket()
                        .withPort(new IntOrString(Marks.PORT))
                        .endTcpSocket()
                        .build()
                : probe.withNewHttpGet()
                        .withPath(path)
                        .withPort(new IntOrString(Marks.PORT))
                        .endHttpGet()
                        .build();
    }

    private int delay(String prefix, int otherwise) {
        String text = annotations.get(prefix + "initialDelay");
        if (text == null) {
            return number(prefix + "initialDelaySeconds", otherwise, 0);
        }
        try {
            return (int) Math.min(3600, GoDuration.parse(text).toSeconds());
        } catch (IllegalArgumentException e) {
            throw invalid(prefix + "initialDelay", text, "a duration such as 10s");
        }
    }

    private int number(String name, int otherwise, int least) {
        String text = annotations.get(name);
        if (text == null) {
            return otherwise;
        }
        Integer number = whole(text);
        if (number == null || number < least || number > 3600) {
            throw invalid(name, text, "a whole number from " + least + " to 3600");
        }
        return number;
    }

    private static @Nullable Integer whole(String text) {
        return text.matches("\\d{1,5}") ? Integer.valueOf(text) : null;
    }

    private static RuntimeFailure invalid(String name, String value, String wanted) {
        return new RuntimeFailure(
                RuntimeFailure.Kind.INVALID, "annotation " + name + " is \"" + value + "\", must be " + wanted);
    }
}
