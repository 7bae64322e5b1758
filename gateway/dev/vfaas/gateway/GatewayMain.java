package dev.vfaas.gateway;

import dev.vfaas.gateway.http.BasicAuthentication;
import dev.vfaas.gateway.log.AccessLog;
import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.store.PrivateFiles;
import dev.vfaas.gateway.store.UnusableState;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The process of the embedded gateway: {@code java @gateway.jvmoptions -cp ... dev.vfaas.gateway.GatewayMain --port 8080 --data-dir DIR}; see
 * {@link GatewayConfig#parse} for all options. The JVM options it is meant to run with are the resource {@code gateway.jvmoptions}, one a line.
 * Once it listens, DIR/gateway.json tells where; SIGTERM ends it after the calls under way. Exit codes: 1 it failed (the port is taken, the state
 * cannot be read), 2 a wrong option, 5 another gateway uses the data directory.
 */
public final class GatewayMain {
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final int LOCKED = 5;

    private final PrintStream err;
    private final Log log;

    private GatewayMain(PrintStream err) {
        this.err = err;
        this.log = new Log(err);
    }

    public static void main(String[] args) {
        int code = new GatewayMain(System.err).run(List.of(args), System.getenv());
        if (code != 0) {
            System.exit(code);
        }
    }

    private int run(List<String> arguments, Map<String, String> environment) {
        GatewayConfig config;
        try {
            config = GatewayConfig.parse(arguments, environment);
        } catch (IllegalArgumentException e) {
            return fail(USAGE, e.getMessage());
        }
        String wrongHost = wrongHost(config.host());
        if (wrongHost != null) {
            return fail(USAGE, wrongHost);
        }
        DataDirectory data;
        try {
            // In a cluster the gateway that takes over starts before the one it replaces goes.
            data = config.place() instanceof FunctionPlace.Kubernetes
                    ? DataDirectory.share(config.dataDirectory())
                    : DataDirectory.open(config.dataDirectory());
        } catch (DataDirectory.InUse e) {
            return fail(LOCKED, e.getMessage() + "; stop it first, or give another --data-dir");
        } catch (IOException e) {
            return fail(FAILED, "cannot use the data directory " + config.dataDirectory() + ": " + e);
        }
        try {
            return serve(config, environment, data);
        } catch (BindException e) {
            return fail(FAILED, unavailable(config, e));
        } catch (UnusableState e) {
            return fail(FAILED, e.getMessage() + " " + e.next());
        } catch (RuntimeFailure e) { // a full disk, say: the message tells all
            return fail(FAILED, "the gateway cannot start: " + e.getMessage());
        } catch (IOException | RuntimeException e) {
            log.error("the gateway cannot start", e);
            return fail(FAILED, "the gateway cannot start: " + e.getMessage());
        }
    }

    private int serve(GatewayConfig config, Map<String, String> environment, DataDirectory data) throws IOException {
        requireFree(config); // before functions are started
        BasicAuthentication accounts = Accounts.of(environment, data);
        AccessLog accessLog = accessLog(config.accessLog());
        Rooms rooms = switch (config.place()) {
            case FunctionPlace.Processes() -> LocalRooms.open(config, environment, log);
            case FunctionPlace.Kubernetes(Path kubeconfig) ->
                ClusterRooms.open(config, kubeconfig, accounts, environment, log);
        };
        Gateway gateway = Gateway.over(rooms, config, accounts, log, accessLog);
        String version = Version.current();
        InetSocketAddress address;
        try {
            address = gateway.listen(data::whenAlone);
            data.announce(config.host(), address.getPort(), version);
        } catch (IOException | RuntimeException e) {
            gateway.close(); // replicas must not outlive it
            throw e;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway, data, stopped), "stop"));
        log.info(
                "listening",
                "address",
                config.host() + ":" + address.getPort(),
                "data",
                config.dataDirectory(),
                "version",
                version);
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    /** The access log that {@code place} names: a file, which is appended to, {@code -} for standard output, or null for none. */
    private @Nullable AccessLog accessLog(@Nullable String place) throws IOException {
        if (place == null) {
            return null;
        }
        if (place.equals("-")) {
            return new AccessLog(new FileOutputStream(FileDescriptor.out), log);
        }
        Path file = Path.of(place).toAbsolutePath();
        try {
            PrivateFiles.createFile(file);
            return new AccessLog(new FileOutputStream(file.toFile(), true), log);
        } catch (IOException e) {
            throw new IOException("the access log " + file + " cannot be written: " + e, e);
        }
    }

    private void stop(Gateway gateway, DataDirectory data, CountDownLatch stopped) {
        log.info("stopping");
        try (data;
                gateway) {
            data.retract();
        } catch (IOException e) {
            log.error("cannot say that the gateway has stopped", e);
        }
        log.info("stopped");
        stopped.countDown();
    }

    private static void requireFree(GatewayConfig config) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(config.host(), config.port()));
        }
    }

    /** Why nothing can listen on that address of this machine, or null. */
    private static @Nullable String wrongHost(String host) {
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isAnyLocalAddress()
                            || address.isLoopbackAddress()
                            || NetworkInterface.getByInetAddress(address) != null
                    ? null
                    : "--host " + host + " is not an address of this machine";
        } catch (UnknownHostException e) {
            return "--host " + host + " is not an address, and no name of one";
        } catch (SocketException e) {
            return null; // the interfaces cannot be asked: binding tells
        }
    }

    private static String unavailable(GatewayConfig config, BindException why) {
        if (why.getMessage() != null && why.getMessage().contains("Permission denied")) {
            return "this user may not listen on port " + config.port() + "; choose one above 1023 with --port";
        }
        String owner = new PortOwner(Path.of("/proc")).find(config.port());
        return "port " + config.port() + " on " + config.host() + " is taken" + (owner == null ? "" : " by " + owner)
                + "; stop it, or choose another with --port";
    }

    private int fail(int code, @Nullable String message) {
        err.println("gateway: " + message);
        err.flush();
        return code;
    }
}
