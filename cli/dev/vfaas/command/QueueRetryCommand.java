package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.View;
import dev.vfaas.openfaas.GatewayException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vfaas queue retry}. */
@Command(
        name = "retry",
        description = "Queue calls again that were given up, with all their attempts",
        footer = {
            "",
            "JSON: {count}",
            "",
            "Examples:",
            "  vfaas queue retry resize",
            "  vfaas queue retry 3f2c9d1e-8a47-4f0b-9a55-0c7a3f1be901",
            "  vfaas queue retry --all"
        })
final class QueueRetryCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    DeadLetterChoice choice = new DeadLetterChoice();

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    QueueRetryCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String name = choice.required();
        int count;
        try {
            count = gateway.client(session, stack).retryDead(name, gateway.namespace);
        } catch (GatewayException e) {
            throw QueueFailures.explain(e, name);
        }
        String text = "queued again: " + count + (count == 1 ? " call" : " calls");
        output.show(session.console(), new View(Map.of("count", count), () -> text, () -> List.of()));
        return ExitCode.OK.code();
    }
}
