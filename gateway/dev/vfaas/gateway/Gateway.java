package dev.vfaas.gateway;

import dev.vfaas.gateway.api.ManagementApi;
import dev.vfaas.gateway.http.Access;
import dev.vfaas.gateway.http.BasicAuthentication;
import dev.vfaas.gateway.http.BlockingHandler;
import dev.vfaas.gateway.http.BlockingRequests;
import dev.vfaas.gateway.http.EventLoops;
import dev.vfaas.gateway.http.Exchange;
import dev.vfaas.gateway.http.HttpFrontend;
import dev.vfaas.gateway.http.Route;
import dev.vfaas.gateway.log.AccessLog;
import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.metrics.InvocationMetrics;
import dev.vfaas.gateway.metrics.MetricsHandler;
import dev.vfaas.gateway.proxy.FunctionProxy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A running gateway: the server in front of the rooms. */
public final class Gateway implements AutoCloseable {
    private final GatewayConfig config;
    private final Log log;
    private final Rooms rooms;
    private final EventLoops loops;
    private final InvocationMetrics metrics = new InvocationMetrics();
    private final HttpFrontend frontend;
    private final @Nullable AccessLog accessLog;
    private volatile boolean listening;
    private volatile boolean leaving;

    private Gateway(
            GatewayConfig config,
            Log log,
            Rooms rooms,
            BasicAuthentication authentication,
            @Nullable AccessLog accessLog) {
        this.config = config;
        this.log = log;
        this.rooms = rooms;
        this.accessLog = accessLog;
        this.loops = new EventLoops(config.eventLoops());
        this.frontend = new HttpFrontend(loops, routes(), authentication, log);
    }

    /** Puts a server in front of {@code rooms}; it does not listen yet. The gateway closes the rooms when it is closed. */
    static Gateway over(Rooms rooms, GatewayConfig config, BasicAuthentication authentication, Log log) {
        return over(rooms, config, authentication, log, null);
    }

    /** The same with an access log, which is closed with the gateway. */
    static Gateway over(
            Rooms rooms,
            GatewayConfig config,
            BasicAuthentication authentication,
            Log log,
            @Nullable AccessLog accessLog) {
        return new Gateway(config, log, rooms, authentication, accessLog);
    }

    /** Begins to answer, and tells where. */
    InetSocketAddress listen() throws IOException {
        return listen(Runnable::run);
    }

    /**
     * Begins to answer, and tells where.
     *
     * @param whenAlone runs what only one gateway may do with the data, once this is the only one
     */
    InetSocketAddress listen(Consumer<Runnable> whenAlone) throws IOException {
        InetSocketAddress address = frontend.listen(config.host(), config.port());
        listening = true;
        if (rooms.agreement() != null) {
            rooms.agreement().listening(address);
        }
        whenAlone.accept(() -> {
            rooms.alone().run();
            if (!rooms.queueShared()) {
                runQueue(address);
            }
        });
        if (rooms.queueShared()) {
            runQueue(address);
        }
        return address;
    }

    private void runQueue(InetSocketAddress address) {
        if (rooms.asynchronous() != null && !leaving) {
            String host = address.getAddress().isAnyLocalAddress()
                    ? "127.0.0.1"
                    : address.getAddress().getHostAddress();
            rooms.asynchronous()
                    .start(URI.create(
                            "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort()));
        }
    }

    private List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        routes.add(Route.below(
                FunctionProxy.PATH,
                Access.OPEN,
                new FunctionProxy(
                        rooms.runtime(),
                        metrics,
                        loops,
                        config.activationTimeout(),
                        config.upstreamTimeout(),
                        Version.current(),
                        log,
                        accessLog)));
        routes.add(Route.below(
                "/system",
                Access.PASSWORD,
                blocking(new ManagementApi(
                        rooms.runtime(), rooms.secrets(), metrics, rooms.asynchronous(), Version.current()))));
        routes.add(Route.at(
                "/metrics", Access.OPEN, blocking(new MetricsHandler(metrics, rooms.runtime(), rooms.metrics()))));
        if (rooms.asynchronous() != null) {
            routes.add(Route.below(
                    "/async-function",
                    Access.OPEN,
                    blocking(rooms.asynchronous().handler())));
        }
        if (rooms.images() != null) {
            routes.add(Route.below("/v2", Access.REGISTRY, blocking(rooms.images())));
        }
        routes.add(Route.at("/healthz", Access.OPEN, unlogged(exchange -> exchange.respond(200, "OK"))));
        routes.add(Route.at("/readyz", Access.OPEN, unlogged(this::readiness)));
        return routes;
    }

    private BlockingRequests blocking(BlockingHandler handler) {
        return new BlockingRequests(handler, log, accessLog);
    }

    /** For what probes ask every few seconds. */
    private BlockingRequests unlogged(BlockingHandler handler) {
        return new BlockingRequests(handler, log, null);
    }

    /** Whether calls should be sent here: not while it starts or stops, nor when the stores or the runtime are of no use. */
    private void readiness(Exchange exchange) throws IOException {
        if (leaving) {
            exchange.respond(503, "stopping: it answers what comes, but send no more");
        } else if (!listening) {
            exchange.respond(503, "starting");
        } else {
            try {
                rooms.health().run();
                exchange.respond(200, "OK");
            } catch (RuntimeException e) {
                log.warn("not ready", "reason", e);
                exchange.respond(503, String.valueOf(e.getMessage()));
            }
        }
    }

    private void closeQueue() {
        if (rooms.asynchronous() != null) {
            rooms.asynchronous().close();
        }
    }

    /** Says on /readyz that it stops, and goes on for the drain delay; then stops accepting, lets calls under way finish within the drain timeout, then stops the replicas and closes the stores. */
    @Override
    public void close() {
        try {
            leaving = true;
            frontend.leave();
            Thread.sleep(listening ? config.drainDelay() : Duration.ZERO);
            // queued calls that run come through the frontend too, so both come to their end together
            Thread queue = Thread.ofVirtual().name("closing-queue").start(this::closeQueue);
            frontend.drain(config.drainTimeout());
            frontend.close();
            queue.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        frontend.close();
        if (rooms.agreement() != null) {
            end("what it does with other gateways", rooms.agreement());
        }
        end("the runtime", rooms.runtime());
        end("the stores", rooms.closing());
        loops.close();
        if (accessLog != null) {
            end("the access log", accessLog);
        }
    }

    private void end(String what, AutoCloseable room) {
        try {
            room.close();
        } catch (Exception e) {
            log.error("closing " + what + " failed", e);
        }
    }
}
