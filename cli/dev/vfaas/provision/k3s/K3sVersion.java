package dev.vfaas.provision.k3s;

import dev.vfaas.console.Failure;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A release of K3s: {@code v1.34.10+k3s1} is Kubernetes 1.34.10, first build. */
public record K3sVersion(int major, int minor, int patch, int build) implements Comparable<K3sVersion> {
    private static final Pattern FORM = Pattern.compile("v?(\\d{1,3})\\.(\\d{1,4})\\.(\\d{1,4})[+-]k3s(\\d{1,3})");
    private static final Comparator<K3sVersion> ORDER = Comparator.comparingInt(K3sVersion::major)
            .thenComparingInt(K3sVersion::minor)
            .thenComparingInt(K3sVersion::patch)
            .thenComparingInt(K3sVersion::build);

    /** Reads {@code v1.34.10+k3s1}, also without the v; a usage failure otherwise. */
    public static K3sVersion parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw Failure.usage("\"" + text + "\" is not a version of K3s; for example: v1.34.10+k3s1");
        }
        return new K3sVersion(
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                Integer.parseInt(matcher.group(3)),
                Integer.parseInt(matcher.group(4)));
    }

    /** Whether this is {@code major.minor} or newer. */
    boolean atLeast(int otherMajor, int otherMinor) {
        return major > otherMajor || (major == otherMajor && minor >= otherMinor);
    }

    /** For a URL's path, where a plus sign is written as {@code %2B}. */
    String pathSegment() {
        return toString().replace("+", "%2B");
    }

    @Override
    public int compareTo(K3sVersion other) {
        return ORDER.compare(this, other);
    }

    /** As K3s names it. */
    @Override
    public String toString() {
        return "v" + major + "." + minor + "." + patch + "+k3s" + build;
    }
}
