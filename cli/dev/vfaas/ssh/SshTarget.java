package dev.vfaas.ssh;

import dev.vfaas.console.Failure;
import org.jspecify.annotations.Nullable;

/**
 * Where a person wants to log in, as typed: a host, an address or a Host of ~/.ssh/config, perhaps with a user and a port. What is null here is
 * answered by {@link SshConfig}.
 *
 * @param host a name or an address; an IPv6 literal without brackets
 */
public record SshTarget(
        @Nullable String user, String host, @Nullable Integer port) {
    private static final String FORMS = "give user@host, user@host:port, user@[IPv6]:port or ssh://user@host:port";

    /** Reads {@code [user@]host[:port]}, an IPv6 literal with or without brackets, or {@code ssh://[user@]host[:port][/]}; a usage failure otherwise. */
    public static SshTarget parse(String text) {
        String rest = text.strip();
        if (rest.regionMatches(true, 0, "ssh://", 0, 6)) {
            rest = rest.substring(6);
            rest = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
        }
        int at = rest.lastIndexOf('@');
        String user = at < 0 ? null : rest.substring(0, at);
        String place = rest.substring(at + 1);
        String host = place;
        String port = null;
        if (place.startsWith("[")) {
            int end = place.indexOf(']');
            if (end < 0) {
                throw malformed(text, "the bracket is not closed");
            }
            host = place.substring(1, end);
            String after = place.substring(end + 1);
            if (!after.isEmpty() && !after.startsWith(":")) {
                throw malformed(text, "unexpected \"" + after + "\" after the bracket");
            }
            port = after.isEmpty() ? null : after.substring(1);
        } else if (place.indexOf(':') == place.lastIndexOf(':') && place.indexOf(':') >= 0) {
            host = place.substring(0, place.indexOf(':'));
            port = place.substring(place.indexOf(':') + 1);
        }
        if (user != null && (user.isEmpty() || unfit(user))) {
            throw malformed(text, "the user is missing or has characters no user name has");
        }
        if (host.isEmpty() || unfit(host)) {
            throw malformed(text, "the host is missing or has characters no host name has");
        }
        return new SshTarget(user, host, port == null ? null : port(text, port));
    }

    /** Nothing that another program could take for an option, and nothing a shell or a file of lines would cut. */
    private static boolean unfit(String part) {
        return part.startsWith("-")
                || part.chars().anyMatch(c -> c <= ' ' || c == 127 || "/\\\"'`$;&|<>(){},*?!#".indexOf(c) >= 0);
    }

    private static int port(String text, String port) {
        try {
            int number = Integer.parseInt(port);
            if (number > 0 && number < 65536) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw malformed(text, "the port \"" + port + "\" is not a number");
        }
        throw malformed(text, "the port " + port + " is not between 1 and 65535");
    }

    private static Failure malformed(String text, String why) {
        return Failure.usage("\"" + text + "\" is not a server: " + why).next(FORMS);
    }

    /** As it can be typed again. */
    @Override
    public String toString() {
        String bracketed = host.indexOf(':') >= 0 && port != null ? "[" + host + "]" : host;
        return (user == null ? "" : user + "@") + bracketed + (port == null ? "" : ":" + port);
    }
}
