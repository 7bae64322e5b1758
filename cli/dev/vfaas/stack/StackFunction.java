package dev.vfaas.stack;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One function of a stack file. Scalars of the maps are their raw text ({@code true} is "true", {@code 1.10} is "1.10", null is ""). Maps keep
 * the order of the file; collections are never null.
 *
 * @param lang the template's name; null together with {@code handler} when there is nothing to build, only to deploy
 * @param handler the handler's folder as written; resolve it with {@link Stack#resolve}
 * @param image the image reference as written
 * @param fprocess overrides the template's process
 * @param environmentFiles paths as written; {@link FunctionEnvironment} reads and merges them
 * @param secrets names of secrets the gateway holds
 * @param constraints {@code key=value} for the placement of replicas
 * @param buildOptions names that template.yml defines
 * @param buildSecrets id to path, as written
 * @param platforms {@code linux/amd64}, {@code linux/arm64}; empty when not said
 * @param namespace null for the gateway's default
 */
public record StackFunction(
        String name,
        @Nullable String lang,
        @Nullable String handler,
        String image,
        @Nullable String fprocess,
        Map<String, String> environment,
        List<String> environmentFiles,
        List<String> secrets,
        boolean skipBuild,
        List<String> constraints,
        Map<String, String> labels,
        Map<String, String> annotations,
        @Nullable Quantities limits,
        @Nullable Quantities requests,
        boolean readonlyRootFilesystem,
        List<String> buildOptions,
        Map<String, String> buildArgs,
        Map<String, String> buildSecrets,
        List<String> platforms,
        @Nullable String namespace) {

    /** Copies the collections and keeps their order. */
    public StackFunction {
        environment = ordered(environment);
        environmentFiles = List.copyOf(environmentFiles);
        secrets = List.copyOf(secrets);
        constraints = List.copyOf(constraints);
        labels = ordered(labels);
        annotations = ordered(annotations);
        buildOptions = List.copyOf(buildOptions);
        buildArgs = ordered(buildArgs);
        buildSecrets = ordered(buildSecrets);
        platforms = List.copyOf(platforms);
    }

    private static Map<String, String> ordered(Map<String, String> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
