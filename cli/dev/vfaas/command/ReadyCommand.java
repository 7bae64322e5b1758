package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.Progress;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.openfaas.Readiness;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas ready}. */
@Command(
        name = "ready",
        description = "Wait until the newest version of a function serves, or until the gateway answers",
        footer = {
            "",
            "Exit codes: 0 ready, 6 not ready in time, 7 the function will not become ready by itself",
            "",
            "Examples:",
            "  vfaas ready",
            "  vfaas ready hello --attempts 30 --interval 2s"
        })
final class ReadyCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "the function; without one, the gateway")
    @Nullable
    String name;

    @Option(names = "--attempts", paramLabel = "N", description = "how often to look (default: 60)")
    int attempts = 60;

    @Option(names = "--interval", paramLabel = "DURATION", description = "how long to wait in between (default: 1s)")
    Duration interval = Duration.ofSeconds(1);

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    ReadyCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        OpenFaas client = gateway.client(session, stack);
        String subject = name == null ? client.named() : name;
        String last = "";
        try (Progress progress = session.console().progress()) {
            Progress.Task task = progress.task(subject);
            for (int attempt = 0; attempt < attempts; attempt++) {
                Outcome outcome = look(client);
                if (outcome.failed()) {
                    task.failed(outcome.state());
                    throw Failure.of(ExitCode.NOT_AS_ASKED, subject + " is not ready: " + outcome.state())
                            .next("vfaas logs " + name + " --tail=false");
                }
                if (outcome.ready()) {
                    task.done("ready");
                    return ExitCode.OK.code();
                }
                last = outcome.state();
                task.step(last);
                Thread.sleep(interval);
            }
            task.failed("not ready");
        }
        throw Failure.of(ExitCode.TIMED_OUT, subject + " is not ready after " + attempts + " attempts: " + last);
    }

    private record Outcome(boolean ready, boolean failed, String state) {}

    private Outcome look(OpenFaas client) {
        String function = name;
        try {
            if (function == null) {
                client.health();
                return new Outcome(true, false, "ready");
            }
            Readiness readiness = Readiness.of(client.function(function, gateway.namespace, false));
            String reason = readiness.reason().isEmpty() ? "" : ": " + readiness.reason();
            return new Outcome(readiness.ready(), readiness.failed(), readiness.word() + reason);
        } catch (GatewayException e) {
            boolean wait = switch (e.kind()) {
                case UNREACHABLE, TIMED_OUT, REFUSED, NOT_FOUND -> true;
                default -> false;
            };
            if (!wait) {
                throw e;
            }
            return new Outcome(
                    false,
                    false,
                    GatewayFailures.explain(e, "function \"" + function + "\"", "vfaas list")
                            .text());
        }
    }
}
