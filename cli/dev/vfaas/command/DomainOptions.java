package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.ingress.Domain;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The name functions have in the world. */
final class DomainOptions {
    @Option(
            names = "--domain",
            paramLabel = "NAME",
            description = {
                "serve functions at https://NAME, with a certificate by ACME; 80 and 443 face the world then",
                "NAME must lead to the server already. Stays until --no-domain."
            })
    @Nullable
    String name;

    @Option(names = "--no-domain", description = "take the domain, its certificates and Traefik away")
    boolean none;

    @Option(
            names = "--email",
            paramLabel = "ADDRESS",
            description = "with --domain: where the certificate authority writes when something is wrong")
    @Nullable
    String email;

    @Option(
            names = "--acme-staging",
            negatable = true,
            fallbackValue = "true",
            description = "with --domain: stay with certificates of the authority's staging service, for trying out")
    @Nullable
    Boolean staging;

    @Option(
            names = "--public-api",
            negatable = true,
            fallbackValue = "true",
            description =
                    "with --domain: let the world reach the management API /system too, guarded by the gateway's password only")
    @Nullable
    Boolean api;

    @Option(names = "--skip-dns-check", description = "with --domain: go on although the DNS leads elsewhere")
    boolean skipDnsCheck;

    /** Whether one was given. */
    boolean given() {
        return name != null || none || email != null || staging != null || api != null || skipDnsCheck;
    }

    /** What was asked, completed by what the server remembers; empty when it shall have no domain. */
    Optional<Domain> wanted(HostState state) {
        if (none) {
            if (name != null) {
                throw Failure.usage("--domain and --no-domain exclude each other");
            }
            return Optional.empty();
        }
        Optional<Domain> kept = Domain.kept(state);
        String wanted = name != null ? name : kept.map(Domain::name).orElse(null);
        if (wanted == null) {
            if (given()) {
                throw Failure.usage("an option of --domain was given, but no domain")
                        .next("--domain NAME --email ADDRESS");
            }
            return Optional.empty();
        }
        String mail = email != null ? email : kept.map(Domain::email).orElse(null);
        if (mail == null) {
            throw Failure.usage(
                            "--domain needs --email: the certificate authority writes there when something is wrong")
                    .next("--domain " + wanted + " --email you@example.no");
        }
        return Optional.of(new Domain(
                wanted,
                mail,
                staging != null ? staging : kept.map(Domain::staging).orElse(false),
                api != null ? api : kept.map(Domain::api).orElse(false)));
    }
}
