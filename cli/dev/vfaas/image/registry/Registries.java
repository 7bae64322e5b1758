package dev.vfaas.image.registry;

import dev.vfaas.console.Failure;
import dev.vfaas.image.ImageReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.SocketFactory;
import okhttp3.ConnectionSpec;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * The registries of a build: the gateway's image store, those that image names carry, and the one base images come from. Plain http is spoken only
 * with the store of an http gateway, with loopback addresses, and with whatever {@code --insecure} allows.
 */
public final class Registries {
    private static final String DEFAULT_HOST = "registry-1.docker.io";
    private static final String DEFAULT_NAMESPACE = "library/";

    private final CredentialFiles credentials;
    private final @Nullable Registry store;
    private final @Nullable Supplier<SocketFactory> storeSockets;
    private final @Nullable String defaultRegistry;
    private final boolean insecure;
    private final Trust trust;
    private final Map<Registry, RegistryClient> clients = new ConcurrentHashMap<>();
    private final OkHttpClient plain = new OkHttpClient.Builder()
            // without this, a client loads the TLS machinery and all trusted certificates before its first request
            .connectionSpecs(List.of(ConnectionSpec.CLEARTEXT))
            .fastFallback(false)
            .connectTimeout(Duration.ofSeconds(10))
            .readTimeout(Duration.ofSeconds(120))
            .writeTimeout(Duration.ofSeconds(120))
            .build();
    private @Nullable OkHttpClient withTls;

    /**
     * @param store the gateway's own image store; null when there is no gateway to use
     * @param storeSockets asked when the store is first used: what makes the connections to it; null to connect to the address in its URL
     * @param defaultRegistry {@code host[:port]} that stands for the default registry, null for Docker Hub: a mirror, or a test's registry
     * @param insecure plain http with every registry
     * @param trust whose certificates registries may show
     */
    public Registries(
            CredentialFiles credentials,
            @Nullable Registry store,
            @Nullable Supplier<SocketFactory> storeSockets,
            @Nullable String defaultRegistry,
            boolean insecure,
            Trust trust) {
        this.credentials = credentials;
        this.store = store;
        this.storeSockets = storeSockets;
        this.defaultRegistry = defaultRegistry;
        this.insecure = insecure;
        this.trust = trust;
    }

    /** A repository of a registry. */
    public record Location(RegistryClient client, String repository) {
        /** The same place for messages and comparisons. */
        public boolean sameRegistry(Location other) {
            return client.registry().equals(other.client.registry());
        }
    }

    /** The gateway's store; null when there is none. */
    public @Nullable Registry store() {
        return store;
    }

    /**
     * Where an image goes: the gateway's store when its name has no host, or when {@code toStore} says so, then under its full name; else the
     * registry it names.
     */
    public Location target(ImageReference image, boolean toStore) {
        if (image.host() == null || toStore) {
            if (store == null) {
                throw Failure.failed(
                                "the image name " + image + " has no registry's host, so it belongs into a gateway's"
                                        + " image store, and there is no gateway")
                        .next("vfaas gateway start, or give the image a name like registry.example.com/" + image);
            }
            return new Location(client(store), storeRepository(image));
        }
        return new Location(client(remote(image.host())), image.repository());
    }

    /** The repository in a gateway's store of an image, whose full name may have a host with a port. */
    public static String storeRepository(ImageReference image) {
        // A repository's name holds no colon.
        return image.name().replace(':', '_');
    }

    /** Where a base image comes from; names without a host are of the default registry. */
    public Location base(ImageReference image) {
        if (image.host() != null
                && !image.host().equals("docker.io")
                && !image.host().equals("index.docker.io")) {
            return new Location(client(remote(image.host())), image.repository());
        }
        String repository =
                image.repository().contains("/") ? image.repository() : DEFAULT_NAMESPACE + image.repository();
        return new Location(client(remote(defaultRegistry == null ? DEFAULT_HOST : defaultRegistry)), repository);
    }

    /** A registry with a login that is not kept anywhere yet. */
    public RegistryClient login(String host, Credential credential) {
        String address = host.equals("docker.io") ? DEFAULT_HOST : host;
        return client(new Registry(remote(address).url(), credential, false));
    }

    private Registry remote(String host) {
        boolean plain = insecure || isLoopback(host);
        HttpUrl url = HttpUrl.parse((plain ? "http://" : "https://") + host + "/");
        if (url == null) {
            throw Failure.usage("\"" + host + "\" is not a registry's host");
        }
        return new Registry(url, null, false);
    }

    private static boolean isLoopback(String host) {
        String name = host.contains(":") && !host.startsWith("[") ? host.substring(0, host.indexOf(':')) : host;
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || name.matches("127(\\.\\d{1,3}){3}")
                || name.startsWith("[::1]");
    }

    private RegistryClient client(Registry registry) {
        return clients.computeIfAbsent(registry, r -> new RegistryClient(http(r), this::withTls, r, credentials));
    }

    private OkHttpClient http(Registry registry) {
        OkHttpClient http = registry.url().isHttps() ? withTls() : plain;
        return storeSockets != null && registry.equals(store)
                ? http.newBuilder().socketFactory(storeSockets.get()).build()
                : http;
    }

    private synchronized OkHttpClient withTls() {
        OkHttpClient client = withTls;
        if (client == null) {
            client = trust.of(plain.newBuilder()
                            .connectionSpecs(List.of(ConnectionSpec.MODERN_TLS, ConnectionSpec.CLEARTEXT)))
                    .build();
            withTls = client;
        }
        return client;
    }
}
