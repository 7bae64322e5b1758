package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.stack.Stack;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code vfaas remove}. */
@Command(
        name = "remove",
        description = "Remove functions: those named, or all of the stack file",
        footer = {
            "",
            "Examples:",
            "  vfaas remove hello",
            "  vfaas remove                    every function of stack.yml",
            "  vfaas remove --filter 'img-*'   those of stack.yml that match"
        })
final class RemoveCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "functions; without any, all of the stack file")
    List<String> names = new ArrayList<>();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    RemoveCommand(Session session) {
        this.session = session;
    }

    private record Target(String name, @Nullable String namespace) {}

    @Override
    public Integer call() {
        List<Target> targets;
        OpenFaas client;
        if (names.isEmpty()) {
            Stack file = stack.require(session);
            targets = file.functions().values().stream()
                    .map(function -> new Target(
                            function.name(), gateway.namespace == null ? function.namespace() : gateway.namespace))
                    .toList();
            client = gateway.client(session, gateway.destination(session, () -> file));
        } else {
            targets = names.stream()
                    .map(name -> new Target(name, gateway.namespace))
                    .toList();
            client = gateway.client(session, stack);
        }
        List<Failure> failures = new ArrayList<>();
        for (Target target : targets) {
            try {
                client.delete(target.name(), target.namespace());
                session.console().info("removed " + target.name());
            } catch (GatewayException e) {
                failures.add(GatewayFailures.explain(e, "function \"" + target.name() + "\"", "vfaas list"));
            }
        }
        return Failures.report(session.console(), failures);
    }
}
