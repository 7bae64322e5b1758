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
import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.metrics.InvocationMetrics;
import dev.vfaas.gateway.metrics.MetricsHandler;
import dev.vfaas.gateway.proxy.FunctionProxy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** A running gateway: the server in front of the rooms. */
public final class Gateway implements AutoCloseable {
    private final GatewayConfig config;
    private final Log log;
    private final Rooms rooms;
    private final EventLoops loops;
    private final InvocationMetrics metrics = new InvocationMetrics();
    private final HttpFrontend frontend;

    private Gateway(GatewayConfig config, Log log, Rooms rooms, BasicAuthentication authentication) {
        this.config = config;
        this.log = log;
        this.rooms = rooms;
        this.loops = new EventLoops(config.eventLoops());
        this.frontend = new HttpFrontend(loops, routes(), authentication, log);
    }

    /** Puts a server in front of {@code rooms}; it does not listen yet. The gateway closes the rooms when it is closed. */
    static Gateway over(Rooms rooms, GatewayConfig config, BasicAuthentication authentication, Log log) {
        return new Gateway(config, log, rooms, authentication);
    }

    /** Begins to answer, and tells where. */
    InetSocketAddress listen() throws IOException {
        InetSocketAddress address = frontend.listen(config.host(), config.port());
        if (rooms.asynchronous() != null) {
            String host = address.getAddress().isAnyLocalAddress()
                    ? "127.0.0.1"
                    : address.getAddress().getHostAddress();
            rooms.asynchronous()
                    .start(URI.create(
                            "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort()));
        }
        return address;
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
                        log)));
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
        routes.add(Route.at("/healthz", Access.OPEN, blocking(this::health)));
        return routes;
    }

    private BlockingRequests blocking(BlockingHandler handler) {
        return new BlockingRequests(handler, log);
    }

    private void health(Exchange exchange) throws IOException {
        try {
            rooms.health().run();
        } catch (RuntimeException e) {
            log.error("unhealthy", e);
            exchange.respond(503, "stores cannot be used: " + e.getMessage());
            return;
        }
        exchange.respond(200, "OK");
    }

    private void closeQueue() {
        if (rooms.asynchronous() != null) {
            rooms.asynchronous().close();
        }
    }

    /** Stops accepting, lets calls under way finish within the drain timeout, then stops the replicas and closes the stores. */
    @Override
    public void close() {
        try {
            // queued calls that run come through the frontend too, so both come to their end together
            Thread queue = Thread.ofVirtual().name("closing-queue").start(this::closeQueue);
            frontend.drain(config.drainTimeout());
            frontend.close();
            queue.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        frontend.close();
        end("the runtime", rooms.runtime());
        end("the stores", rooms.closing());
        loops.close();
    }

    private void end(String what, AutoCloseable room) {
        try {
            room.close();
        } catch (Exception e) {
            log.error("closing " + what + " failed", e);
        }
    }
}
