package dev.vfaas.function;

import com.sun.net.httpserver.HttpServer;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;

/** Serves the function until SIGTERM or SIGINT. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        PrintStream log = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        Settings settings;
        Object handler;
        try {
            settings = Settings.from(System.getenv());
            handler = new Handlers("com.openfaas.function.Handler").instance();
        } catch (IllegalArgumentException wrong) {
            log.println("function: " + wrong.getMessage());
            if (wrong.getCause() != null) {
                wrong.getCause().printStackTrace(log);
            }
            System.exit(2);
            return;
        }
        configure(settings);
        FunctionServer function = new FunctionServer(settings, Handlers.serving(handler), log);
        HttpServer server;
        InetSocketAddress address = settings.bind().isEmpty()
                ? new InetSocketAddress(settings.port())
                : new InetSocketAddress(settings.bind(), settings.port());
        try {
            server = HttpServer.create(address, 1024);
        } catch (IOException refused) {
            log.println("function: cannot listen on " + address + ": " + refused.getMessage());
            System.exit(1);
            return;
        }
        server.createContext("/", function);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        AtomicBoolean stopping = new AtomicBoolean();
        for (String name : new String[] {"TERM", "INT"}) {
            Signal.handle(new Signal(name), signal -> {
                if (stopping.getAndSet(true)) {
                    Runtime.getRuntime().halt(1); // asked twice: at once
                }
                Thread.ofPlatform().name("stop").start(() -> stop(function, handler, log));
            });
        }
        server.start();
    }

    private static void stop(FunctionServer function, Object handler, PrintStream log) {
        try {
            function.drain();
            if (handler instanceof AutoCloseable closeable) {
                closeable.close();
            }
        } catch (Exception failed) {
            failed.printStackTrace(log);
        }
        System.exit(0);
    }

    /** What the JDK's server reads from properties when its classes load. */
    private static void configure(Settings settings) {
        if (!settings.readTimeout().isZero() && !settings.execTimeout().isZero() && !settings.writeTimeout().isZero()) {
            // The bound on a client that sends its headers slowly. It covers the answer too, which has limits of its own.
            long seconds = settings.readTimeout().plus(settings.execTimeout()).plus(settings.writeTimeout()).toSeconds() + 1;
            System.setProperty("sun.net.httpserver.maxReqTime", Long.toString(seconds));
        }
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxReqHeaderSize", Integer.toString(1 << 20));
        System.setProperty("sun.net.httpserver.maxReqHeaders", "1000");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "10000");
        System.setProperty("sun.net.httpserver.idleInterval", "120");
        // How much of a body that the handler did not read is read away to keep the connection.
        System.setProperty("sun.net.httpserver.drainAmount", Integer.toString(16 << 20));
    }
}
