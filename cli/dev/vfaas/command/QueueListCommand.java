package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.openfaas.CallQueue;
import dev.vfaas.openfaas.GatewayException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code vfaas queue list}. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List asynchronous calls that were given up, oldest first",
        footer = {
            "",
            "JSON: {store, calls, dead: [{callId, name, namespace, method, path, attempts, status, reason, accepted, died,"
                    + " bodyBytes}]}",
            "",
            "Examples:",
            "  vfaas queue list",
            "  vfaas queue list resize -o json",
            "  vfaas queue list -o name"
        })
final class QueueListCommand implements Callable<Integer> {
    private static final int MOST_REASON = 60;
    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME|CALL-ID",
            description = "only those of a function, or with a call id")
    @Nullable
    String name;

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    QueueListCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        CallQueue queue;
        try {
            queue = gateway.client(session, stack).queue(name, gateway.namespace);
        } catch (GatewayException e) {
            throw QueueFailures.explain(e, name);
        }
        List<String> ids =
                queue.dead().stream().map(CallQueue.DeadLetter::callId).toList();
        output.show(session.console(), new View(queue, () -> table(queue), () -> ids));
        return ExitCode.OK.code();
    }

    private static String table(CallQueue queue) {
        String head = queue.calls() + (queue.calls() == 1 ? " call" : " calls") + " in the queue, "
                + (queue.dead().isEmpty() ? "none" : queue.dead().size()) + " given up";
        if (queue.dead().isEmpty()) {
            return head;
        }
        Table table = Table.of("CALL-ID", "FUNCTION", "ATTEMPTS", "GIVEN UP", "BYTES", "REASON");
        for (CallQueue.DeadLetter letter : queue.dead()) {
            String reason = letter.reason();
            table.row(
                    letter.callId(),
                    letter.name() + "." + letter.namespace(),
                    letter.attempts(),
                    letter.died(),
                    letter.bodyBytes(),
                    reason.length() > MOST_REASON ? reason.substring(0, MOST_REASON - 1) + "…" : reason);
        }
        return head + "\n" + table;
    }
}
