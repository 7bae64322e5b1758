package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.LiveScreen;
import dev.vfaas.console.OutputFormat;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.openfaas.FunctionActivity;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.MetricsText;
import dev.vfaas.openfaas.OpenFaas;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vfaas top}. */
@Command(
        name = "top",
        description = "Watch the functions: replicas, calls, how fast they answer, CPU and memory",
        footer = {
            "",
            "On a terminal the table is drawn again until Ctrl-C; elsewhere, and with -o or --once, it is shown once.",
            "Calls are those of the gateway that answers; of several each counts its own.",
            "JSON: [{name, namespace, replicas, availableReplicas, inFlight, rate, p50Seconds, p99Seconds, milliCpu,"
                    + " memoryBytes}]",
            "",
            "Examples:",
            "  vfaas top",
            "  vfaas top --sort cpu --interval 5s",
            "  vfaas top -o json"
        })
final class TopCommand implements Callable<Integer> {
    /** The orders that --sort knows. */
    enum Order {
        name,
        rate,
        cpu,
        memory;

        Comparator<FunctionActivity> comparator() {
            return switch (this) {
                case name -> Comparator.comparing(FunctionActivity::name);
                case rate -> descending(FunctionActivity::rate);
                case cpu -> descending(FunctionActivity::milliCpu);
                case memory -> descending(FunctionActivity::memoryBytes);
            };
        }

        private static Comparator<FunctionActivity> descending(
                java.util.function.Function<FunctionActivity, @Nullable Number> number) {
            return Comparator.comparingDouble(activity -> {
                Number value = number.apply(activity);
                return value == null ? 0 : -value.doubleValue();
            });
        }
    }

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final Duration LEAST = Duration.ofMillis(200);
    private final Session session;

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    @Option(names = "--interval", paramLabel = "DURATION", description = "time between two looks (default: 2s)")
    @Nullable
    Duration interval;

    @Option(names = "--sort", paramLabel = "KEY", description = "name, rate, cpu or memory (default: name)")
    Order order = Order.name;

    @Option(names = "--once", description = "show the table once")
    boolean once;

    TopCommand(Session session) {
        this.session = session;
    }

    private record Look(MetricsText metrics, long nanos) {}

    @Override
    public Integer call() throws InterruptedException {
        Console console = session.console();
        OpenFaas client = gateway.client(session, stack);
        boolean single = once || output.json || output.format != OutputFormat.HUMAN || !console.liveOnOut();
        Duration wait = interval == null ? Duration.ofSeconds(single ? 1 : 2) : interval;
        if (wait.compareTo(LEAST) < 0) {
            throw Failure.usage("--interval is " + wait.toMillis() + " ms, must be 200ms or more");
        }
        Look look = look(client);
        if (single) {
            Thread.sleep(wait);
            List<FunctionActivity> activities = since(look, look(client), client);
            List<String> names = activities.stream().map(FunctionActivity::name).toList();
            output.show(console, new View(activities, () -> table(activities), () -> names));
            return ExitCode.OK.code();
        }
        try (LiveScreen screen = console.screen();
                Console.Cleanup _ = console.onInterrupt(screen::close)) {
            screen.draw(List.of("looking at " + client.place() + " ..."));
            while (true) {
                Thread.sleep(wait);
                try {
                    Look next = look(client);
                    screen.draw(lines(client, since(look, next, client)));
                    look = next;
                } catch (GatewayException e) { // it may come back: it is being replaced, say
                    screen.draw(List.of(
                            "vfaas top  " + now(),
                            "",
                            GatewayFailures.explain(e).text(),
                            "trying again"));
                }
            }
        }
    }

    private List<String> lines(OpenFaas client, List<FunctionActivity> activities) {
        List<String> lines = new ArrayList<>();
        double rate = activities.stream()
                .mapToDouble(activity -> activity.rate() == null ? 0 : activity.rate())
                .sum();
        lines.add("vfaas top  " + client.place() + "  " + now() + "  " + activities.size()
                + (activities.size() == 1 ? " function, " : " functions, ")
                + decimal(rate) + " calls/s  (Ctrl-C ends)");
        lines.add("");
        table(activities).lines().forEach(lines::add);
        return lines;
    }

    private static String now() {
        return LocalTime.now().format(CLOCK); // toString leaves out seconds that are 0
    }

    private static Look look(OpenFaas client) {
        try {
            return new Look(MetricsText.parse(client.metrics()), System.nanoTime());
        } catch (GatewayException e) {
            if (e.kind() == GatewayException.Kind.NOT_FOUND) {
                throw Failure.failed("the " + client.named()
                                + " shows no metrics at /metrics: OpenFaaS's own has them on another port")
                        .next(client.way() == null ? "vfaas list --gateway " + client.gateway() : "vfaas list")
                        .because(e);
            }
            throw e;
        }
    }

    private List<FunctionActivity> since(Look before, Look after, OpenFaas client) {
        return FunctionActivity.between(
                        before.metrics(),
                        after.metrics(),
                        Duration.ofNanos(after.nanos() - before.nanos()),
                        client.functions(gateway.namespace))
                .stream()
                .sorted(order.comparator())
                .toList();
    }

    private static String table(List<FunctionActivity> activities) {
        Table table = Table.of("NAME", "READY", "IN-FLIGHT", "CALLS/S", "P50", "P99", "CPU", "MEMORY");
        for (FunctionActivity activity : activities) {
            table.row(
                    activity.name(),
                    activity.availableReplicas() + "/" + activity.replicas(),
                    text(activity.inFlight()),
                    activity.rate() == null ? "-" : decimal(activity.rate()),
                    time(activity.p50()),
                    time(activity.p99()),
                    activity.milliCpu() == null ? "-" : Math.round(activity.milliCpu()) + "m",
                    activity.memoryBytes() == null ? "-" : (activity.memoryBytes() >> 20) + " MiB");
        }
        return table.toString();
    }

    private static String text(@Nullable Object value) {
        return value == null ? "-" : value.toString();
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
    }

    private static String time(@Nullable Double seconds) {
        if (seconds == null) {
            return "-";
        }
        return seconds < 1
                ? String.format(Locale.ROOT, "%.1f ms", seconds * 1000)
                : String.format(Locale.ROOT, "%.2f s", seconds);
    }
}
