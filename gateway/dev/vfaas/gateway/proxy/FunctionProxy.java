package dev.vfaas.gateway.proxy;

import dev.vfaas.gateway.http.ClientConnection;
import dev.vfaas.gateway.http.EventLoops;
import dev.vfaas.gateway.http.RequestHandler;
import dev.vfaas.gateway.http.RequestSink;
import dev.vfaas.gateway.log.AccessLog;
import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.metrics.InvocationMetrics;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.LiveFunction;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.FastThreadLocal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The invocation path: {@code /function/NAME[.NAMESPACE][/PATH][?QUERY]} to a replica, any method, both bodies streamed. All of a call happens on
 * the event loop of its client's connection, with connections to replicas that belong to the same loop, so nothing is locked.
 */
public final class FunctionProxy implements RequestHandler {
    /** Below which functions are called. */
    public static final String PATH = "/function";

    private final FunctionRuntime runtime;
    private final InvocationMetrics metrics;
    private final EventLoops loops;
    private final Log log;
    private final @Nullable AccessLog accessLog;
    private final Duration activationTimeout;
    private final Duration upstreamTimeout;
    private final String servedBy;
    private final FastThreadLocal<UpstreamPool> pools = new FastThreadLocal<>();

    /**
     * @param activationTimeout how long a call waits for a replica
     * @param upstreamTimeout how long a replica may stay silent before its answer begins
     * @param version of the gateway, told in X-Served-By
     * @param accessLog is told of each call, null for none
     */
    public FunctionProxy(
            FunctionRuntime runtime,
            InvocationMetrics metrics,
            EventLoops loops,
            Duration activationTimeout,
            Duration upstreamTimeout,
            String version,
            Log log,
            @Nullable AccessLog accessLog) {
        this.accessLog = accessLog;
        this.runtime = runtime;
        this.metrics = metrics;
        this.loops = loops;
        this.log = log;
        this.activationTimeout = activationTimeout;
        this.upstreamTimeout = upstreamTimeout;
        this.servedBy = "vfaas/" + version;
    }

    @Override
    public RequestSink begin(ClientConnection client, HttpRequest request) {
        String target = request.uri();
        int end = endOfName(target);
        if (end < 0) {
            client.respond(HttpResponseStatus.NOT_FOUND, "404 page not found\n");
            return RequestSink.DISCARD;
        }
        if (HttpMethod.CONNECT.equals(request.method()) || HttpMethod.TRACE.equals(request.method())) {
            client.respond(HttpResponseStatus.METHOD_NOT_ALLOWED, "method not allowed");
            return RequestSink.DISCARD;
        }
        FunctionKey key = FunctionKey.parse(target.substring(PATH.length() + 1, end));
        LiveFunction function = runtime.live(key);
        if (function == null) {
            client.respond(
                    HttpResponseStatus.NOT_FOUND,
                    "error finding function " + key + ": server returned non-200 status code (404) for function, "
                            + key.name() + ", body: ");
            return RequestSink.DISCARD;
        }
        request.setUri(upstreamTarget(target, end));
        Call call = new Call(function, metrics.of(key), servedBy, request, client.address(), accessLog);
        Invocation invocation = new Invocation(this, pool(client), client, request, call);
        invocation.start();
        return invocation;
    }

    /** Where the first segment after the prefix ends; -1 when it is not a name of OpenFaaS's form. */
    private static int endOfName(String target) {
        int start = PATH.length() + 1;
        int end = start;
        while (end < target.length()) {
            char c = target.charAt(end);
            if (c == '/' || c == '?') {
                break;
            }
            boolean allowed = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '_'
                    || c == '.';
            if (!allowed) {
                return -1;
            }
            end++;
        }
        return end <= start ? -1 : end;
    }

    /** The rest of the path and the query, byte for byte. */
    private static String upstreamTarget(String target, int end) {
        if (end == target.length()) {
            return "/";
        }
        return target.charAt(end) == '/' ? target.substring(end) : "/".concat(target.substring(end));
    }

    private UpstreamPool pool(ClientConnection client) {
        UpstreamPool pool = pools.get();
        if (pool == null) {
            EventLoop loop = client.channel().eventLoop();
            pool = new UpstreamPool(loop, loops, upstreamTimeout, log);
            pools.set(pool);
        }
        return pool;
    }

    Duration activationTimeout() {
        return activationTimeout;
    }
}
