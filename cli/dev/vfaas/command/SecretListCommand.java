package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vfaas secret list}. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List the names of the secrets; values are never shown",
        footer = {"", "JSON: [{name}]", "", "Examples:", "  vfaas secret list", "  vfaas secret list -o name"})
final class SecretListCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    SecretListCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        List<String> names = gateway.client(session, stack).secrets(gateway.namespace);
        List<Map<String, String>> data =
                names.stream().map(name -> Map.of("name", name)).toList();
        output.show(session.console(), new View(data, () -> table(names), () -> names));
        return ExitCode.OK.code();
    }

    private static String table(List<String> names) {
        Table table = Table.of("NAME");
        names.forEach(table::row);
        return table.toString();
    }
}
