package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.OpenFaas;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas scale}. */
@Command(
        name = "scale",
        description = "Set the number of replicas of functions",
        footer = {"", "Examples:", "  vfaas scale hello --replicas 3", "  vfaas scale hello=3 resize=0"})
final class ScaleCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            paramLabel = "NAME[=N]",
            arity = "1..*",
            description = "the functions, each with its number or all with --replicas")
    List<String> functions = new ArrayList<>();

    @Option(
            names = {"-r", "--replicas"},
            paramLabel = "N",
            description = "how many replicas")
    @Nullable
    Integer replicas;

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    ScaleCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Map<String, Integer> wanted = new LinkedHashMap<>();
        functions.forEach(word -> read(word, wanted));
        OpenFaas client = gateway.client(session, stack);
        wanted.forEach((name, count) -> scale(client, name, count));
        return ExitCode.OK.code();
    }

    private void read(String word, Map<String, Integer> wanted) {
        int equals = word.indexOf('=');
        Integer count = replicas;
        if (equals >= 0) {
            try {
                count = Integer.valueOf(word.substring(equals + 1));
            } catch (NumberFormatException e) {
                throw Failure.usage("\"" + word + "\" is not NAME=N with a number of replicas");
            }
        }
        if (count == null) {
            throw Failure.usage("how many replicas of " + word + "?").next("vfaas scale " + word + "=2");
        }
        if (count < 0) {
            throw Failure.usage("the number of replicas cannot be " + count);
        }
        wanted.put(equals < 0 ? word : word.substring(0, equals), count);
    }

    private void scale(OpenFaas client, String name, int count) {
        long granted;
        try {
            client.scale(name, gateway.namespace, count);
            granted = client.function(name, gateway.namespace, false).replicas();
        } catch (GatewayException e) {
            throw GatewayFailures.explain(e, "function \"" + name + "\"", "vfaas list");
        }
        String asked = name + ": " + count + (count == 1 ? " replica" : " replicas") + " asked for";
        if (granted == count) {
            session.console().info(asked);
        } else {
            session.console()
                    .warn(asked + ", the gateway keeps " + granted
                            + " (labels com.openfaas.scale.min and com.openfaas.scale.max bound the number)");
        }
    }
}
