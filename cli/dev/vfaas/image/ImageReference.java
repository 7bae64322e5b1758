package dev.vfaas.image;

import com.google.re2j.Pattern;
import dev.vfaas.console.Failure;
import org.jspecify.annotations.Nullable;

/**
 * The name of an image: {@code [host/]repository[:tag][@digest]}, as the OCI distribution specification and Docker write it.
 *
 * @param host the registry with its port, null when the name has none: its first component then has no dot, no colon and is not {@code localhost}
 * @param tag null when a digest is given and no tag
 * @param digest {@code sha256:HEX}, if given
 */
public record ImageReference(
        @Nullable String host,
        String repository,
        @Nullable String tag,
        @Nullable String digest) {
    private static final Pattern REPOSITORY =
            Pattern.compile("[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*");
    private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");
    private static final Pattern DIGEST = Pattern.compile("sha256:[a-f0-9]{64}");

    /** Reads a reference; without tag and digest the tag is {@code latest}. Throws a usage failure that says what is wrong. */
    public static ImageReference parse(String text) {
        String rest = text.strip();
        String digest = null;
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = rest.substring(at + 1);
            rest = rest.substring(0, at);
        }
        String tag = null;
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
        }
        String host = null;
        int slash = rest.indexOf('/');
        if (slash > 0 && isHost(rest.substring(0, slash))) {
            host = rest.substring(0, slash);
            rest = rest.substring(slash + 1);
        }
        if (!REPOSITORY.matches(rest)) {
            throw Failure.usage("the image name \"" + text + "\" is not valid: \"" + rest
                    + "\" may hold lower-case letters, digits, and . _ - between them, in parts separated by /");
        }
        if (tag != null && !TAG.matches(tag)) {
            throw Failure.usage("the image name \"" + text + "\" is not valid: the tag \"" + tag
                    + "\" may hold letters, digits and . _ -, at most 128, and begins with a letter, a digit or _");
        }
        if (digest != null && !DIGEST.matches(digest)) {
            throw Failure.usage(
                    "the image name \"" + text + "\" is not valid: a digest is sha256: and 64 hexadecimal digits");
        }
        return new ImageReference(host, rest, tag == null && digest == null ? "latest" : tag, digest);
    }

    private static boolean isHost(String component) {
        return component.contains(".") || component.contains(":") || component.equals("localhost");
    }

    /** The same image under another tag. */
    public ImageReference withTag(String newTag) {
        return parse(name() + ":" + newTag);
    }

    /** {@code [host/]repository}. */
    public String name() {
        return host == null ? repository : host + "/" + repository;
    }

    /** What asks a registry for the image: the digest, or else the tag. */
    public String selector() {
        return digest != null ? digest : tag != null ? tag : "latest";
    }

    @Override
    public String toString() {
        return name() + (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
    }
}
