package dev.vfaas.openfaas;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * A gateway's base URL in the form under which logins are kept: scheme and host in lower case, path as it is, no slash at the end.
 *
 * @param text for example {@code http://127.0.0.1:8080} or {@code https://example.com/Faas}
 */
public record GatewayUrl(String text) {
    /** Where the embedded gateway listens unless told otherwise. */
    public static final GatewayUrl DEFAULT = new GatewayUrl("http://127.0.0.1:8080");

    /**
     * Reads a URL as people type it: without a scheme it is http.
     *
     * @throws IllegalArgumentException when it is not an http or https URL with a host; the message says why
     */
    public static GatewayUrl parse(String typed) {
        String text = typed.strip();
        text = text.contains("://") ? text : "http://" + text;
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
            if (!scheme.equals("http") && !scheme.equals("https")) {
                throw new IllegalArgumentException(
                        "a gateway URL starts with http:// or https://, not " + scheme + "://");
            }
            String host = uri.getHost();
            if (host == null) {
                throw new IllegalArgumentException("there is no host in it");
            }
            if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
                throw new IllegalArgumentException("a gateway URL is only scheme, host, port and path");
            }
            String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
            String path = uri.getRawPath().replaceAll("/+$", "");
            return new GatewayUrl(scheme + "://" + host.toLowerCase(Locale.ROOT) + port + path);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e.getReason(), e);
        }
    }

    /** True when what is sent cannot be read on the way: TLS, or this very machine. */
    public boolean confidential() {
        return !cleartext() || loopback();
    }

    /** True for http. */
    public boolean cleartext() {
        return text.startsWith("http:");
    }

    /** True when the host is this machine. */
    public boolean loopback() {
        String host = URI.create(text).getHost();
        return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }

    @Override
    public String toString() {
        return text;
    }
}
