package dev.vfaas.gateway.runtime;

import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.FunctionNamespace;
import dev.vfaas.openfaas.FunctionStatus;
import dev.vfaas.openfaas.GatewayInfo;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place that runs functions. Deployments are durable: what {@link #deploy} accepted runs again after a restart. Methods may block (call them on a
 * virtual thread) unless they say otherwise, and throw {@link RuntimeFailure}.
 */
public interface FunctionRuntime extends AutoCloseable {

    /** Name and version shown by /system/info, for example orchestration {@code process}. */
    GatewayInfo.Provider provider();

    /** Whether images come from registries too, so that logins for these are of use. */
    default boolean pullsImages() {
        return false;
    }

    /** Accepts a new function: validated, image found, durable. Replicas start after it returns. ALREADY_EXISTS, INVALID. */
    void deploy(FunctionDeployment deployment);

    /**
     * Accepts a new version of a function: validated, image found, durable. New replicas start and become healthy before the old drain; if they do
     * not, the old keep serving and {@link #find} shows why. NOT_FOUND, INVALID.
     */
    void update(FunctionDeployment deployment);

    /** Removes the function and drains its replicas. NOT_FOUND. */
    void remove(FunctionKey key);

    /** Sets the number of replicas wanted (0 allowed), within the function's min and max labels; the autoscaler may change it later. NOT_FOUND. */
    void scale(FunctionKey key, int replicas);

    /** All functions of a namespace, sorted by name; {@code invocationCount} is left 0 for the API to fill. */
    List<FunctionStatus> list(String namespace);

    /** One function, with usage when asked for; null when there is none. */
    @Nullable
    FunctionStatus find(FunctionKey key, boolean usage);

    /** The function for the invocation path, null when it does not exist. Never blocks. */
    @Nullable
    LiveFunction live(FunctionKey key);

    /** All functions for the autoscaler and the metrics. Never blocks. */
    Collection<? extends LiveFunction> live();

    /**
     * What the replicas of these functions use; a function that is not among the answers is one whose use cannot be known now, for the autoscaler
     * scales nothing by numbers it does not have. Called every second or so.
     */
    default Map<FunctionKey, ResourceUse> use(Collection<FunctionKey> functions) {
        return Map.of();
    }

    /** Streams log lines, oldest first, until the query is satisfied, the sink refuses or the thread is interrupted. NOT_FOUND. */
    void logs(LogQuery query, LogSink sink) throws InterruptedException;

    /** Names of the namespaces, the default one first. */
    List<String> namespaces();

    /** A namespace with its labels and annotations, null when there is none. */
    default @Nullable FunctionNamespace namespace(String name) {
        return namespaces().contains(name) ? new FunctionNamespace(name, Map.of(), Map.of()) : null;
    }

    /** Makes a namespace. ALREADY_EXISTS, INVALID, UNSUPPORTED where namespaces come and go with the functions in them. */
    default void createNamespace(FunctionNamespace namespace) {
        throw new RuntimeFailure(
                RuntimeFailure.Kind.UNSUPPORTED,
                "Feature not implemented: a namespace exists as soon as a function is deployed to it");
    }

    /** Replaces a namespace's labels and annotations. NOT_FOUND, INVALID, UNSUPPORTED. */
    default void updateNamespace(FunctionNamespace namespace) {
        createNamespace(namespace);
    }

    /** Removes a namespace with the functions and secrets in it. NOT_FOUND, INVALID for the default one, UNSUPPORTED. */
    default void removeNamespace(String name) {
        createNamespace(new FunctionNamespace(name, Map.of(), Map.of()));
    }

    /** Stops every replica within a bounded time; durable state stays. */
    @Override
    void close();
}
