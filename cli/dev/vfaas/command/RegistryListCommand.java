package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.Fields;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.RegistryLogin;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vfaas registry list}. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List the registries the gateway has logins for; passwords are never shown",
        footer = {"", "JSON: [{registry, namespace, secret}]", "", "Examples:", "  vfaas registry list"})
final class RegistryListCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    RegistryListCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        List<RegistryLogin> logins;
        try {
            logins = gateway.client(session, stack).registries(gateway.namespace);
        } catch (GatewayException e) {
            throw explain(e);
        }
        List<String> names = logins.stream().map(RegistryLogin::registry).toList();
        List<Map<String, @Nullable Object>> data = logins.stream()
                .map(login -> Fields.of(
                        "registry", login.registry(), "namespace", login.namespace(), "secret", login.secret()))
                .toList();
        output.show(session.console(), new View(data, () -> table(logins), () -> names));
        return ExitCode.OK.code();
    }

    private static String table(List<RegistryLogin> logins) {
        Table table = Table.of("REGISTRY", "NAMESPACE", "SECRET");
        logins.forEach(login -> table.row(login.registry(), login.namespace(), login.secret()));
        return table.toString();
    }

    /** Whether the gateway does not know of registries at all, as OpenFaaS's own. */
    static boolean unknown(GatewayException e) {
        return e.status() == 404 && e.detail().contains("404 page not found");
    }

    /** What a refusal means. */
    static Failure explain(GatewayException e) {
        return unknown(e)
                ? Failure.failed("the " + e.named() + " keeps no logins for registries: it is OpenFaaS's, or older")
                        .next("kubectl create secret docker-registry NAME -n openfaas-fn ..., and add it to the"
                                + " service account openfaas-fn/default")
                        .because(e)
                : GatewayFailures.explain(e);
    }
}
