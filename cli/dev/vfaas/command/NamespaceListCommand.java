package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.View;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vfaas namespace list}. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List the namespaces",
        footer = {"", "JSON: an array of names", "", "Examples:", "  vfaas namespace list"})
final class NamespaceListCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    NamespaceListCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        List<String> names = gateway.client(session, stack).namespaces();
        output.show(session.console(), new View(names, () -> String.join("\n", names), () -> names));
        return ExitCode.OK.code();
    }
}
