package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** The way to the API of a cluster. */
public final class Cluster implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int REQUEST_MILLIS = 15_000;
    private static final int RETRIES = 2;

    private final KubernetesClient client;
    private final Config config;
    private @Nullable KubernetesClient logs; // guarded by this

    private Cluster(Config config) {
        this.client = client(config);
        this.config = config;
    }

    /**
     * The cluster a kubeconfig's current context names; without one, the cluster this process runs in, or what {@code KUBECONFIG} or
     * {@code ~/.kube/config} name. Nothing is connected yet.
     *
     * @throws RuntimeFailure INVALID when the file cannot be read
     */
    public static Cluster of(@Nullable Path kubeconfig) {
        Config base;
        if (kubeconfig == null) {
            base = Config.autoConfigure(null);
        } else if (!Files.isReadable(kubeconfig)) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INVALID, "the kubeconfig " + kubeconfig + " does not exist or cannot be read");
        } else {
            try {
                base = Config.fromKubeconfig(kubeconfig.toFile());
            } catch (RuntimeException e) {
                throw new RuntimeFailure(
                        RuntimeFailure.Kind.INVALID,
                        "the kubeconfig " + kubeconfig + " is not one: " + e.getMessage(),
                        e);
            }
        }
        Config config = new ConfigBuilder(base)
                .withConnectionTimeout(CONNECT_MILLIS)
                .withRequestTimeout(REQUEST_MILLIS)
                .withRequestRetryBackoffLimit(RETRIES)
                .withRequestRetryBackoffInterval(100)
                .withUserAgent("vfaas")
                .build();
        return new Cluster(config);
    }

    private static KubernetesClient client(Config config) {
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .withTaskExecutor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    KubernetesClient client() {
        return client;
    }

    /**
     * For reading logs, with a connection for each: one that is read slowly makes its node wait, where HTTP/2 would keep megabytes of it in memory and hold
     * up the others of its connection.
     */
    synchronized KubernetesClient logs() {
        KubernetesClient made = logs;
        if (made == null) {
            made = client(new ConfigBuilder(config).withHttp2Disable(true).build());
            logs = made;
        }
        return made;
    }

    /** Where its API answers. */
    public String address() {
        return client.getMasterUrl().toString();
    }

    /** What a failed request means to who asked for it; {@code what} names the deed, for example {@code create function a.b}. */
    RuntimeFailure failure(String what, KubernetesClientException e) {
        String why = e.getStatus() != null && e.getStatus().getMessage() != null
                ? e.getStatus().getMessage()
                : String.valueOf(e.getMessage());
        return switch (e.getCode()) {
            case 404 -> new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "cannot " + what + ": " + why, e);
            case 409 -> new RuntimeFailure(RuntimeFailure.Kind.ALREADY_EXISTS, "cannot " + what + ": " + why, e);
            case 400, 413, 422 -> new RuntimeFailure(RuntimeFailure.Kind.INVALID, "cannot " + what + ": " + why, e);
            case 401 ->
                new RuntimeFailure(
                        RuntimeFailure.Kind.INTERNAL,
                        "cannot " + what + ": the Kubernetes API at " + address()
                                + " refuses the gateway's credentials",
                        e);
            case 403 ->
                new RuntimeFailure(
                        why.contains("exceeded quota") ? RuntimeFailure.Kind.INVALID : RuntimeFailure.Kind.INTERNAL,
                        "cannot " + what + ": " + why,
                        e);
            default ->
                new RuntimeFailure(
                        RuntimeFailure.Kind.UNAVAILABLE,
                        "cannot " + what + ": the Kubernetes API at " + address() + " does not answer: " + cause(e),
                        e);
        };
    }

    private static String cause(Throwable e) {
        Throwable deepest = e;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        String text = deepest.getMessage();
        return text == null ? deepest.getClass().getSimpleName() : text;
    }

    @Override
    public synchronized void close() {
        if (logs != null) {
            logs.close();
        }
        client.close();
    }
}
