package dev.vfaas.provision.ingress;

import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.HostState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The name under which the world calls functions.
 *
 * @param name for example {@code faas.example.no}, in small letters
 * @param email whom the certificate authority tells of trouble
 * @param authority who issues its certificate
 * @param api whether the management API, {@code /system}, is reachable there too
 * @param names whom to ask where the name leads
 */
public record Domain(String name, String email, Authority authority, boolean api, Names names) {
    /** Where the state keeps the name; empty when there is none. */
    public static final String NAME = "ingress.domain";

    private static final String EMAIL = "ingress.email";
    private static final String STAGING = "ingress.staging";
    private static final String SERVER = "ingress.acme-server";
    private static final String ROOTS = "ingress.acme-ca";
    private static final String API = "ingress.public-api";
    private static final String DNS = "ingress.dns-server";
    private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

    /** All that the state keeps. */
    static final List<String> KEYS = List.of(NAME, EMAIL, STAGING, SERVER, ROOTS, API, DNS);

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
                        text(state, EMAIL),
                        text(state, SERVER).isEmpty()
                                ? new Authority.LetsEncrypt(text(state, STAGING).equals("true"))
                                : new Authority.Other(text(state, SERVER), text(state, ROOTS)),
                        text(state, API).equals("true"),
                        text(state, DNS).isEmpty() ? Names.OF_THIS_MACHINE : Names.of(text(state, DNS))));
    }

    private static String text(HostState state, String key) {
        return state.value(key).orElse("");
    }

    /** What a server shall remember: by key of the state, empty for what does not apply. */
    Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put(NAME, name);
        values.put(EMAIL, email);
        values.put(STAGING, String.valueOf(authority.staging()));
        values.put(SERVER, authority instanceof Authority.Other other ? other.directory() : "");
        values.put(ROOTS, authority.roots());
        values.put(API, String.valueOf(api));
        values.put(DNS, names.server());
        return values;
    }

    /** The same with another authority. */
    Domain with(Authority other) {
        return new Domain(name, email, other, api, names);
    }
}
