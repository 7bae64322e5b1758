package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.View;
import dev.vfaas.openfaas.GatewayException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vfaas queue drop}. */
@Command(
        name = "drop",
        description = "Forget calls that were given up",
        footer = {
            "",
            "JSON: {count}",
            "",
            "Examples:",
            "  vfaas queue drop resize",
            "  vfaas queue drop 3f2c9d1e-8a47-4f0b-9a55-0c7a3f1be901",
            "  vfaas queue drop --all"
        })
final class QueueDropCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    DeadLetterChoice choice = new DeadLetterChoice();

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    QueueDropCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String name = choice.required();
        int count;
        try {
            count = gateway.client(session, stack).dropDead(name, gateway.namespace);
        } catch (GatewayException e) {
            throw QueueFailures.explain(e, name);
        }
        String text = "dropped " + count + (count == 1 ? " call" : " calls");
        output.show(session.console(), new View(Map.of("count", count), () -> text, () -> List.of()));
        return ExitCode.OK.code();
    }
}
