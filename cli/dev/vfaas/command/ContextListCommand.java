package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Fields;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.context.Contexts;
import dev.vfaas.context.Contexts.Context;
import dev.vfaas.context.SshRoute;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vfaas context list}. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List the contexts",
        footer = {
            "",
            "JSON: [{name, gateway, current, through}]",
            "",
            "Examples:",
            "  vfaas context list",
            "  vfaas context list -o name"
        })
final class ContextListCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    OutputOptions output = new OutputOptions();

    ContextListCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Contexts contexts = new Contexts(session.environment());
        List<Context> all = contexts.list();
        String current = contexts.current().map(Context::name).orElse("");
        if (all.isEmpty()) {
            session.console()
                    .info(
                            "there are no contexts yet; make one with: vfaas gateway start, or vfaas context use NAME --gateway URL");
        }
        List<Map<String, Object>> data = all.stream()
                .map(context -> data(context, context.name().equals(current)))
                .toList();
        output.show(
                session.console(),
                new View(
                        data,
                        () -> human(all, current),
                        () -> all.stream().map(Context::name).toList()));
        return ExitCode.OK.code();
    }

    static Map<String, Object> data(Context context, boolean current) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("name", context.name());
        data.put("gateway", context.gateway().text());
        data.put("current", current);
        if (context.route() != null) {
            data.put("through", through(context.route()));
        }
        return data;
    }

    static Map<String, Object> through(SshRoute route) {
        return Fields.of("ssh", route.server().toString(), "forward", route.forward());
    }

    private static String human(List<Context> all, String current) {
        Table table = Table.of("CURRENT", "NAME", "GATEWAY", "THROUGH SSH");
        all.forEach(context -> table.row(
                context.name().equals(current) ? "*" : "",
                context.name(),
                context.gateway(),
                context.route() == null ? "" : context.route()));
        return all.isEmpty() ? "" : table.toString();
    }
}
