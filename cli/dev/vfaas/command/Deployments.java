package dev.vfaas.command;

import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.Resources;
import dev.vfaas.stack.FunctionEnvironment;
import dev.vfaas.stack.Quantities;
import dev.vfaas.stack.Stack;
import dev.vfaas.stack.StackFunction;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the gateway is asked to run, made of the stack file and the command line; what the command line says wins. */
final class Deployments {
    private final DeployOptions options;
    private final @Nullable String namespace;

    /** @param namespace the value of --namespace */
    Deployments(DeployOptions options, @Nullable String namespace) {
        this.options = options;
        this.namespace = namespace;
    }

    /** A function of a stack under the image it was built as. */
    FunctionDeployment of(Stack stack, StackFunction function, String image) {
        return new FunctionDeployment(
                function.name(),
                image,
                namespace == null ? function.namespace() : namespace,
                function.fprocess(),
                new FunctionEnvironment(stack).of(function, KeyValues.parse("--env", options.environment)),
                function.constraints().isEmpty() ? options.constraints : function.constraints(),
                union(options.secrets, function.secrets()),
                merged(function.labels(), KeyValues.parse("--label", options.labels)),
                merged(function.annotations(), KeyValues.parse("--annotation", options.annotations)),
                resources(function.limits()),
                resources(function.requests()),
                function.readonlyRootFilesystem() || options.readonly);
    }

    /** A function that only the command line describes. */
    FunctionDeployment of(
            String name,
            String image,
            @Nullable String process,
            @Nullable Resources limits,
            @Nullable Resources requests) {
        return new FunctionDeployment(
                name,
                image,
                namespace,
                process,
                KeyValues.parse("--env", options.environment),
                options.constraints,
                options.secrets,
                KeyValues.parse("--label", options.labels),
                KeyValues.parse("--annotation", options.annotations),
                limits,
                requests,
                options.readonly);
    }

    private static Map<String, String> merged(Map<String, String> file, Map<String, String> flags) {
        Map<String, String> merged = new LinkedHashMap<>(file);
        merged.putAll(flags);
        return merged;
    }

    private static List<String> union(List<String> first, List<String> second) {
        Set<String> union = new LinkedHashSet<>(first);
        union.addAll(second);
        return List.copyOf(union);
    }

    private static @Nullable Resources resources(@Nullable Quantities quantities) {
        return quantities == null ? null : new Resources(quantities.memory(), quantities.cpu());
    }
}
