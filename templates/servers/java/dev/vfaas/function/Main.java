package dev.vfaas.function;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;

/** Serves the function until SIGTERM or SIGINT. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        PrintStream log = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        try {
            Settings settings = Settings.from(System.getenv());
            Object handler = new Handlers("com.openfaas.function.Handler").instance();
            FunctionServer function = new FunctionServer(settings, Handlers.serving(handler), log);
            ServerSocket listener = listen(settings);
            stopOnSignal(function, handler, log);
            accept(listener, function, settings);
        } catch (IllegalArgumentException wrong) {
            log.println("function: " + wrong.getMessage());
            if (wrong.getCause() != null) {
                wrong.getCause().printStackTrace(log);
            }
            System.exit(1);
        }
    }

    private static ServerSocket listen(Settings settings) {
        try {
            InetAddress address = settings.bind().isEmpty() ? null : InetAddress.getByName(settings.bind());
            return new ServerSocket(settings.port(), 1024, address);
        } catch (IOException refused) {
            throw new IllegalArgumentException(
                    "cannot listen on " + settings.bind() + ":" + settings.port() + ": " + refused.getMessage());
        }
    }

    private static void accept(ServerSocket listener, FunctionServer function, Settings settings) throws IOException {
        Alarms alarms = new Alarms();
        while (true) {
            Socket socket = listener.accept();
            Thread.ofVirtual().name("connection").start(new Connection(socket, function, settings, alarms));
        }
    }

    private static void stopOnSignal(FunctionServer function, Object handler, PrintStream log) {
        AtomicBoolean stopping = new AtomicBoolean();
        for (String name : new String[] {"TERM", "INT"}) {
            Signal.handle(new Signal(name), signal -> {
                if (stopping.getAndSet(true)) {
                    Runtime.getRuntime().halt(1); // asked twice: at once
                }
                Thread.ofPlatform().name("stop").start(() -> stop(function, handler, log));
            });
        }
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
}
