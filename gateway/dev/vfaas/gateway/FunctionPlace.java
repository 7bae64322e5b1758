package dev.vfaas.gateway;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a gateway's functions run. */
public sealed interface FunctionPlace {
    /** As processes of this machine. */
    record Processes() implements FunctionPlace {}

    /**
     * In a Kubernetes cluster.
     *
     * @param kubeconfig names the cluster; null for the one this process runs in, or the person's own
     */
    record Kubernetes(@Nullable Path kubeconfig) implements FunctionPlace {}

    /**
     * Reads {@code --runtime} and {@code --kubeconfig}.
     *
     * @throws IllegalArgumentException with a text for the person who typed it
     */
    static FunctionPlace parse(String runtime, @Nullable Path kubeconfig) {
        return switch (runtime) {
            case "process" -> {
                if (kubeconfig != null) {
                    throw new IllegalArgumentException("--kubeconfig needs --runtime kubernetes");
                }
                yield new Processes();
            }
            case "kubernetes" -> new Kubernetes(kubeconfig);
            default ->
                throw new IllegalArgumentException("--runtime " + runtime + " is neither process nor kubernetes");
        };
    }
}
