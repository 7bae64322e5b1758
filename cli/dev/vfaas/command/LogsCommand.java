package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.LogRequest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas logs}. */
@Command(
        name = "logs",
        description = "Show what a function writes, and go on with new lines until Ctrl-C",
        footer = {
            "",
            "Examples:",
            "  vfaas logs hello",
            "  vfaas logs hello --tail=false --since 10m",
            "  vfaas logs hello --tail=false --lines 20 -o json"
        })
final class LogsCommand implements Callable<Integer> {
    /** The forms of a log line. */
    enum Form {
        plain,
        keyvalue,
        json
    }

    private final Session session;

    @Parameters(paramLabel = "NAME", description = "the function")
    String function = "";

    @Option(
            names = {"-t", "--tail"},
            arity = "0..1",
            paramLabel = "BOOL",
            fallbackValue = "true",
            description = "go on with new lines (default: true)")
    boolean tail = true;

    @Option(names = "--since", paramLabel = "DURATION", description = "only lines younger than this, for example 10m")
    @Nullable
    Duration since;

    @Option(names = "--since-time", paramLabel = "TIME", description = "only lines at or after an RFC 3339 time")
    @Nullable
    String sinceTime;

    @Option(names = "--lines", paramLabel = "N", description = "only the last N lines before new ones")
    int lines = -1;

    @Option(
            names = "--instance",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOL",
            description = "show which replica wrote the line")
    boolean showInstance;

    @Option(
            names = "--name",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOL",
            description = "show the function's name")
    boolean showName;

    @Option(
            names = "--time-format",
            paramLabel = "LAYOUT",
            description = "layout of Go's time package or its name, empty for no time (default: rfc3339)")
    String timeFormat = "rfc3339";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "plain, keyvalue or json (default: plain)")
    Form form = Form.plain;

    @Option(
            names = {"-j", "--json"},
            description = "the same as -o json")
    boolean json;

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    LogsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Console console = session.console();
        LogLine line = new LogLine(json ? Form.json : form, showName, showInstance, timeFormat);
        LogRequest request = new LogRequest(function, gateway.namespace, null, since(), lines, tail);
        try {
            gateway.client(session, stack).logs(request, message -> {
                console.result(line.format(message));
                return true;
            });
        } catch (GatewayException e) {
            throw GatewayFailures.explain(e, "function \"" + function + "\"", "vfaas list");
        }
        return ExitCode.OK.code();
    }

    private @Nullable Instant since() {
        if (since != null && sinceTime != null) {
            throw Failure.usage("--since and --since-time exclude each other");
        }
        if (sinceTime != null) {
            try {
                return OffsetDateTime.parse(sinceTime).toInstant();
            } catch (DateTimeException e) {
                throw Failure.usage(
                        "--since-time \"" + sinceTime + "\" is not an RFC 3339 time such as 2026-01-31T12:00:00Z");
            }
        }
        return since == null || since.isZero() ? null : Instant.now().minus(since);
    }
}
