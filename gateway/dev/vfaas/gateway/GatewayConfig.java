package dev.vfaas.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway process is told when it starts.
 *
 * @param host the address to listen on
 * @param port TCP port, 0 for any free one
 * @param dataDirectory where everything durable lives; one gateway at a time
 * @param eventLoops threads of the invocation path
 * @param activationTimeout how long a call is held for a function without a replica
 * @param upstreamTimeout how long a function may stay silent before its answer begins
 * @param drainTimeout how long calls under way may take when the gateway stops
 * @param drainDelay how long a gateway that stops says so on /readyz, and still takes calls, before it takes no more
 * @param accessLog file of the access log, {@code -} for standard output, null for none
 * @param queue {@code nats://host:port} of the server that keeps asynchronous calls, null for the gateway's own database
 * @param place where functions run
 */
public record GatewayConfig(
        String host,
        int port,
        Path dataDirectory,
        int eventLoops,
        Duration activationTimeout,
        Duration upstreamTimeout,
        Duration drainTimeout,
        Duration drainDelay,
        @Nullable String accessLog,
        @Nullable String queue,
        FunctionPlace place) {

    /** The defaults, over a data directory. */
    public static GatewayConfig of(Path dataDirectory) {
        return new GatewayConfig(
                "127.0.0.1",
                8080,
                dataDirectory,
                Math.max(1, Runtime.getRuntime().availableProcessors()),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ZERO,
                null,
                null,
                new FunctionPlace.Processes());
    }

    /** The same with another port. */
    public GatewayConfig withPort(int other) {
        return new GatewayConfig(
                host,
                other,
                dataDirectory,
                eventLoops,
                activationTimeout,
                upstreamTimeout,
                drainTimeout,
                drainDelay,
                accessLog,
                queue,
                place);
    }

    /** The same with other deadlines for a replica and for a function's answer. */
    public GatewayConfig withTimeouts(Duration activation, Duration upstream) {
        return new GatewayConfig(
                host,
                port,
                dataDirectory,
                eventLoops,
                activation,
                upstream,
                drainTimeout,
                drainDelay,
                accessLog,
                queue,
                place);
    }

    /** The same with another way to stop. */
    public GatewayConfig withDrain(Duration delay, Duration timeout) {
        return new GatewayConfig(
                host,
                port,
                dataDirectory,
                eventLoops,
                activationTimeout,
                upstreamTimeout,
                timeout,
                delay,
                accessLog,
                queue,
                place);
    }

    /**
     * Reads {@code --host --port --data-dir --runtime --kubeconfig --activation-timeout --upstream-timeout --drain-timeout --drain-delay --access-log
     * --queue} (durations as 500ms,
     * 30s, 2m; all but the first five also from the environment, as VFAAS_DRAIN_DELAY); without --data-dir the data lives in
     * $XDG_DATA_HOME/vfaas/gateway.
     *
     * @throws IllegalArgumentException with a text for the person who typed it
     */
    public static GatewayConfig parse(List<String> arguments, Map<String, String> environment) {
        GatewayConfig config = of(defaultDataDirectory(environment));
        String host = config.host;
        int port = config.port;
        Path data = config.dataDirectory;
        Duration activation = duration(environment.get("VFAAS_ACTIVATION_TIMEOUT"), config.activationTimeout);
        Duration upstream = duration(environment.get("VFAAS_UPSTREAM_TIMEOUT"), config.upstreamTimeout);
        Duration drain = duration(environment.get("VFAAS_DRAIN_TIMEOUT"), config.drainTimeout);
        Duration delay = duration(environment.get("VFAAS_DRAIN_DELAY"), config.drainDelay);
        String queue = queueOf(environment);
        String accessLog = environment.get("VFAAS_ACCESS_LOG");
        accessLog = "off".equals(accessLog) ? null : accessLog;
        String runtime = "process";
        Path kubeconfig = null;
        for (int i = 0; i < arguments.size(); i++) {
            String option = arguments.get(i);
            String value;
            int equals = option.indexOf('=');
            if (option.startsWith("--") && equals > 0) {
                value = option.substring(equals + 1);
                option = option.substring(0, equals);
            } else if (i + 1 < arguments.size()) {
                value = arguments.get(++i);
            } else {
                throw new IllegalArgumentException(option + " needs a value");
            }
            switch (option) {
                case "--host" -> host = value;
                case "--port" -> port = port(value);
                case "--data-dir" -> data = Path.of(value).toAbsolutePath();
                case "--runtime" -> runtime = value;
                case "--kubeconfig" -> kubeconfig = Path.of(value).toAbsolutePath();
                case "--activation-timeout" -> activation = duration(value, activation);
                case "--upstream-timeout" -> upstream = duration(value, upstream);
                case "--drain-timeout" -> drain = duration(value, drain);
                case "--drain-delay" -> delay = duration(value, delay);
                case "--access-log" -> accessLog = value;
                case "--queue" -> queue = value;
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        return new GatewayConfig(
                host,
                port,
                data,
                config.eventLoops,
                activation,
                upstream,
                drain,
                delay,
                accessLog == null || accessLog.isEmpty() ? null : accessLog,
                queueAddress(queue),
                FunctionPlace.parse(runtime, kubeconfig));
    }

    private static Path defaultDataDirectory(Map<String, String> environment) {
        String data = environment.get("XDG_DATA_HOME");
        Path base = data == null || data.isEmpty()
                ? Path.of(environment.getOrDefault("HOME", "."), ".local", "share")
                : Path.of(data);
        return base.resolve("vfaas").resolve("gateway").toAbsolutePath();
    }

    /** The address itself, or in the file that a cluster mounts, where there is one. */
    private static @Nullable String queueOf(Map<String, String> environment) {
        String given = environment.get("VFAAS_QUEUE");
        String file = environment.get("VFAAS_QUEUE_FILE");
        if ((given != null && !given.isEmpty()) || file == null || file.isEmpty() || !Files.exists(Path.of(file))) {
            return given;
        }
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw new IllegalArgumentException("VFAAS_QUEUE_FILE cannot be read: " + e);
        }
    }

    private static @Nullable String queueAddress(@Nullable String text) {
        if (text == null || text.isEmpty() || text.equals("sqlite")) {
            return null;
        }
        if (text.matches("(nats|tls)://[^/\\s]+")) {
            return text;
        }
        throw new IllegalArgumentException("--queue is neither sqlite nor an address such as nats://127.0.0.1:4222");
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // reported below with what is out of range
        }
        throw new IllegalArgumentException("--port " + text + " is not a port: 0 to 65535");
    }

    private static Duration duration(@Nullable String text, Duration otherwise) {
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        try {
            if (text.endsWith("ms")) {
                return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
            }
            long count = Long.parseLong(text.substring(0, text.length() - 1));
            return switch (text.charAt(text.length() - 1)) {
                case 's' -> Duration.ofSeconds(count);
                case 'm' -> Duration.ofMinutes(count);
                case 'h' -> Duration.ofHours(count);
                default -> throw new NumberFormatException(text);
            };
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not a duration such as 500ms, 30s or 2m");
        }
    }
}
