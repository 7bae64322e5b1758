package dev.vfaas.image.registry;

import java.util.Optional;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * A registry to speak to.
 *
 * @param url its root, ending in {@code /}; {@code v2/} comes after it
 * @param credential sent without being asked for; null to look for one when the registry asks
 * @param gateway true for a gateway's own image store
 */
public record Registry(HttpUrl url, @Nullable Credential credential, boolean gateway) {

    /** How messages name it. */
    public String name() {
        String port = url.port() == HttpUrl.defaultPort(url.scheme()) ? "" : ":" + url.port();
        return (gateway ? "the image store of the gateway " : "") + url.host() + port;
    }

    /** The host as credentials files name it. */
    public String host() {
        return url.port() == HttpUrl.defaultPort(url.scheme()) ? url.host() : url.host() + ":" + url.port();
    }

    /** The credential it was made with. */
    public Optional<Credential> given() {
        return Optional.ofNullable(credential);
    }
}
