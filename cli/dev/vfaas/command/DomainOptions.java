package dev.vfaas.command;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.ingress.Authority;
import dev.vfaas.provision.ingress.Domain;
import dev.vfaas.provision.ingress.Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
            names = "--acme-server",
            paramLabel = "URL",
            description =
                    "with --domain: the directory of the ACME server that issues the certificate, for example a company's own; letsencrypt: that one, the default")
    @Nullable
    String acmeServer;

    @Option(
            names = "--acme-ca",
            paramLabel = "FILE",
            description =
                    "with --acme-server: root certificates, PEM, that its server is checked by beside those every system trusts")
    @Nullable
    String acmeCa;

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

    @Option(
            names = "--dns-server",
            paramLabel = "ADDRESS[:PORT]",
            description =
                    "with --domain: ask this name server where NAME leads, not this machine's; doctor asks it too; system: this machine's again")
    @Nullable
    String dnsServer;

    /** Whether one was given. */
    boolean given() {
        return name != null
                || none
                || email != null
                || staging != null
                || acmeServer != null
                || acmeCa != null
                || api != null
                || skipDnsCheck
                || dnsServer != null;
    }

    /** What was asked, completed by what the server remembers; empty when it shall have no domain. */
    Optional<Domain> wanted(HostState state, Environment environment) {
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
                authority(kept.map(Domain::authority).orElse(new Authority.LetsEncrypt(false)), environment),
                api != null ? api : kept.map(Domain::api).orElse(false),
                names(kept.map(Domain::names).orElse(Names.OF_THIS_MACHINE))));
    }

    private Authority authority(Authority kept, Environment environment) {
        boolean back = Authority.LETS_ENCRYPT.equals(acmeServer);
        boolean other = acmeServer != null ? !back : kept instanceof Authority.Other;
        if (!other) {
            if (acmeCa != null) {
                throw Failure.usage("--acme-ca belongs to --acme-server, and none was given")
                        .next("--acme-server https://ca.example.no/acme/acme/directory --acme-ca " + acmeCa);
            }
            return new Authority.LetsEncrypt(staging != null ? staging : kept.staging());
        }
        if (Boolean.TRUE.equals(staging)) {
            throw Failure.usage("--acme-staging: only Let's Encrypt has a staging service that vfaas knows")
                    .next("leave it out, or --acme-server letsencrypt --acme-staging");
        }
        String directory = acmeServer != null ? acmeServer : ((Authority.Other) kept).directory();
        boolean same =
                kept instanceof Authority.Other before && before.directory().equals(directory);
        return new Authority.Other(
                directory, acmeCa != null ? roots(environment.resolve(acmeCa)) : same ? kept.roots() : "");
    }

    private static String roots(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw Failure.usage("--acme-ca " + file + " cannot be read: " + e)
                    .next("--acme-ca FILE with the root certificate of the ACME server")
                    .because(e);
        }
    }

    private Names names(Names kept) {
        if (dnsServer == null) {
            return kept;
        }
        return dnsServer.equals("system") ? Names.OF_THIS_MACHINE : Names.of(dnsServer);
    }
}
