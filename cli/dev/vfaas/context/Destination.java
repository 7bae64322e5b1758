package dev.vfaas.context;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.GatewayUrl;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which gateway a command goes to, and what said so.
 *
 * <p>The order: {@code --gateway}; {@code provider.gateway} of the stack file; {@code OPENFAAS_URL}; the current context; the default. That is the
 * order of OpenFaaS's CLI with contexts last. Because every stack file it scaffolds names the default gateway, a stack file that does so says
 * nothing and does not hide the variable or the context; an option that does so counts.
 *
 * @param route the way there through SSH, which only a context can say; null when it is reached directly
 */
public record Destination(
        GatewayUrl gateway, Origin origin, @Nullable SshRoute route) {
    /** One that is reached directly. */
    public Destination(GatewayUrl gateway, Origin origin) {
        this(gateway, origin, null);
    }

    /** What named the gateway. */
    public enum Origin {
        OPTION("--gateway"),
        STACK("provider.gateway of the stack file"),
        VARIABLE("OPENFAAS_URL"),
        CONTEXT("the current context"),
        DEFAULT("the default");

        private final String text;

        Origin(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * Decides.
     *
     * @param option the value of --gateway, null when it was not given
     * @param stackGateway asked only without an option: {@code provider.gateway}, null when there is no stack file or no such key
     */
    public static Destination decide(
            Environment environment, @Nullable String option, Supplier<@Nullable String> stackGateway) {
        if (option != null && !option.isEmpty()) {
            return new Destination(parse(option, Origin.OPTION), Origin.OPTION);
        }
        String stack = stackGateway.get();
        if (stack != null && !stack.isEmpty()) {
            GatewayUrl gateway = parse(stack, Origin.STACK);
            if (!gateway.equals(GatewayUrl.DEFAULT)) {
                return new Destination(gateway, Origin.STACK);
            }
        }
        String variable = environment.get("OPENFAAS_URL");
        if (variable != null) {
            return new Destination(parse(variable, Origin.VARIABLE), Origin.VARIABLE);
        }
        return new Contexts(environment)
                .current()
                .map(context -> new Destination(context.gateway(), Origin.CONTEXT, context.route()))
                .orElse(new Destination(GatewayUrl.DEFAULT, Origin.DEFAULT));
    }

    private static GatewayUrl parse(String text, Origin origin) {
        try {
            return GatewayUrl.parse(text);
        } catch (IllegalArgumentException e) {
            throw Failure.usage("the gateway URL \"" + text + "\" (" + origin + ") is malformed: " + e.getMessage());
        }
    }
}
