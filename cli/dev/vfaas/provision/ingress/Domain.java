package dev.vfaas.provision.ingress;

import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.HostState;
import java.util.Locale;
import java.util.Optional;

/**
 * The name under which the world calls functions.
 *
 * @param name for example {@code faas.example.no}, in small letters
 * @param email whom the certificate authority tells of trouble
 * @param staging whether certificates stay those of the authority's staging service, which no browser trusts
 * @param api whether the management API, {@code /system}, is reachable there too
 */
public record Domain(String name, String email, boolean staging, boolean api) {
    /** Where the state keeps the name; empty when there is none. */
    public static final String NAME = "ingress.domain";

    static final String EMAIL = "ingress.email";
    static final String STAGING = "ingress.staging";
    static final String API = "ingress.public-api";
    private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

    public Domain {
        name = name.toLowerCase(Locale.ROOT);
        if (name.length() > 253 || !name.matches(LABEL + "(\\." + LABEL + ")+") || name.matches("[0-9.]+")) {
            throw Failure.usage("--domain " + name + " is no name of a host in the DNS")
                    .next("--domain faas.example.no; names with other letters in their xn-- form");
        }
        if (!email.matches("[^\\s@\"'`\\\\]+@[^\\s@\"'`\\\\]+\\.[^\\s@\"'`\\\\]+")) {
            throw Failure.usage("--email " + email + " is no address for mail")
                    .next("--email you@example.no: the certificate authority writes there when something is wrong");
        }
    }

    /** What a server remembers. */
    public static Optional<Domain> kept(HostState state) {
        return state.value(NAME)
                .filter(name -> !name.isEmpty())
                .map(name -> new Domain(
                        name,
                        state.value(EMAIL).orElse(""),
                        state.value(STAGING).orElse("").equals("true"),
                        state.value(API).orElse("").equals("true")));
    }
}
