package dev.vfaas.stack;

import java.util.Optional;
import java.util.regex.Pattern;

/** Names of functions and namespaces: DNS labels (RFC 1123), as Kubernetes wants them. */
public final class DnsLabel {
    /** The longest a label may be. */
    public static final int MAX = 63;

    private static final Pattern PATTERN = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");

    private DnsLabel() {}

    /** What is wrong with a name, or nothing. {@code what} begins the sentence, for example {@code function name}. */
    public static Optional<String> problem(String what, String name) {
        if (name.length() > MAX) {
            return Optional.of(what + " \"" + name.substring(0, 20) + "...\" has " + name.length()
                    + " characters; it can have at most " + MAX);
        }
        if (!PATTERN.matcher(name).matches()) {
            String nearest = name.toLowerCase(java.util.Locale.ROOT)
                    .replaceAll("[^a-z0-9]+", "-")
                    .replaceAll("^-+|-+$", "");
            return Optional.of(
                    what + " \"" + name + "\" can only contain a-z, 0-9 and dashes, and begins and ends with a"
                            + " letter or digit" + (nearest.isEmpty() ? "" : "; for example \"" + nearest + "\""));
        }
        return Optional.empty();
    }
}
