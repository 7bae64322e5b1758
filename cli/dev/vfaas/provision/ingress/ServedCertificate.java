package dev.vfaas.provision.ingress;

import dev.vfaas.ssh.Command;
import java.util.List;

/**
 * The certificate a server itself serves for a domain.
 *
 * @param issuer as openssl prints it; empty when nothing answers
 * @param named whether it holds the domain's name
 * @param current whether its time is not over
 */
record ServedCertificate(String issuer, boolean named, boolean current) {
    /** Prints what {@link #of} reads. $1 is the domain. */
    static final String LOOK = """
            pem=$(timeout 8 openssl s_client -connect 127.0.0.1:443 -servername "$1" </dev/null 2>/dev/null | openssl x509 2>/dev/null)
            if [ -n "$pem" ]; then
              printf '%s\\n' "$pem" | openssl x509 -noout -issuer
              printf '%s\\n' "$pem" | openssl x509 -noout -checkhost "$1" | grep -q 'does match' && echo named
              printf '%s\\n' "$pem" | openssl x509 -noout -checkend 0 >/dev/null && echo current
            fi
            true
            """;

    static Command look(Domain domain) {
        return Command.script("export LC_ALL=C\n" + LOOK, domain.name());
    }

    static ServedCertificate of(String output) {
        List<String> lines = output.lines().map(String::strip).toList();
        return new ServedCertificate(
                lines.stream()
                        .filter(line -> line.startsWith("issuer="))
                        .findFirst()
                        .orElse(""),
                lines.contains("named"),
                lines.contains("current"));
    }

    /** Whether an authority issued it for the domain: Traefik serves one of its own until then. */
    boolean issuedBy(Authority authority) {
        return named && current && !issuer.contains("TRAEFIK DEFAULT CERT") && authority.issued(issuer);
    }
}
