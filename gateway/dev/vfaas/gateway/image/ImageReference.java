package dev.vfaas.gateway.image;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code name[:tag][@digest]}. The name may begin with a registry's host, which then is a part of the repository's name here.
 *
 * @param tag {@code latest} when neither tag nor digest is given, null when only a digest is
 */
record ImageReference(
        String repository, @Nullable String tag, @Nullable Digest digest) {
    /** Path components of the OCI distribution specification. */
    private static final String COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";

    static final String REPOSITORY = COMPONENT + "(?:/" + COMPONENT + ")*";
    static final String TAG = "[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}";

    private static final Pattern FORM = Pattern.compile("(" + COMPONENT + "(?::[0-9]{1,5}(?=/))?(?:/" + COMPONENT
            + ")*)(?::(" + TAG + "))?(?:@(sha256:[a-f0-9]{64}))?");

    /** INVALID when the text is not a reference. */
    static ImageReference parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (text.length() > 512 || !matcher.matches()) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INVALID,
                    "image \"" + text + "\" is not a reference of the form name[:tag][@sha256:digest] in lower case");
        }
        Digest digest = Digest.parse(matcher.group(3));
        String tag = matcher.group(2);
        // A repository's name holds no colon; images named after a registry with a port are stored with _ in its place.
        String repository = matcher.group(1).replace(':', '_');
        return new ImageReference(repository, tag == null && digest == null ? "latest" : tag, digest);
    }

    @Override
    public String toString() {
        return repository + (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
    }
}
