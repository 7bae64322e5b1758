package dev.vfaas.provision.doctor;

import static dev.vfaas.provision.preflight.Finding.block;
import static dev.vfaas.provision.preflight.Finding.pass;
import static dev.vfaas.provision.preflight.Finding.warn;

import dev.vfaas.provision.engine.StateText;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.Sections;
import dev.vfaas.provision.firewall.Exposure;
import dev.vfaas.provision.ingress.Domain;
import dev.vfaas.provision.ingress.DomainCheck;
import dev.vfaas.provision.preflight.Finding;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Server;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks of the name functions have in the world: DNS, what answers, and the certificate. Nothing when a server has no domain. */
final class DomainChecks {
    /** ACME clients renew thirty days before the end; later than that something is wrong. */
    private static final Duration SOON = Duration.ofDays(20);

    private static final String SCRIPT = """
            export LC_ALL=C
            timeout 8 openssl s_client -connect 127.0.0.1:443 -servername "$1" </dev/null 2>/dev/null | openssl x509 2>/dev/null | { echo certificate; sed 's/^/ /'; }
            echo plain; timeout 5 curl -s -o /dev/null -w ' %{http_code} %{redirect_url}\\n' -H "Host: $1" http://127.0.0.1/ 2>/dev/null || true
            """;

    private final InstantSource clock;

    DomainChecks(InstantSource clock) {
        this.clock = clock;
    }

    List<Finding> check(Server server, Facts facts) {
        Optional<Domain> kept = Domain.kept(new StateText().state(facts.kept().state()));
        if (kept.isEmpty()) {
            return List.of();
        }
        Domain domain = kept.get();
        List<Finding> findings = new ArrayList<>();
        findings.add(
                new DomainCheck(domain.names()).check(domain.name(), Exposure.addresses(server.name(), facts), false));
        Sections answer = Sections.of(server.runAsRoot(Command.script(SCRIPT, domain.name()), Duration.ofSeconds(30))
                .out());
        findings.add(certificate(server.name(), domain, answer));
        findings.add(
                answer.line("plain").strip().startsWith("30")
                        ? pass("T-REDIRECT", "plain HTTP", "is led to HTTPS")
                        : warn(
                                "T-REDIRECT",
                                "plain HTTP",
                                "80/tcp does not answer with a redirection: " + answer.line("plain"),
                                "vfaas up " + server.name()));
        return findings;
    }

    private Finding certificate(String host, Domain domain, Sections answer) {
        String pem = answer.text("certificate");
        String title = "certificate of " + domain.name();
        if (pem == null || pem.isBlank()) {
            return block(
                    "T-CERTIFICATE",
                    title,
                    "nothing answers on 443/tcp with one",
                    "vfaas up " + host + "; then: vfaas host exec " + host
                            + " -- k3s kubectl -n kube-system logs deployment/traefik");
        }
        try {
            X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.strip().getBytes(StandardCharsets.US_ASCII)));
            String issuer = certificate.getIssuerX500Principal().getName();
            Instant end = certificate.getNotAfter().toInstant();
            String evidence = "of " + issuer + ", valid until " + end;
            if (issuer.contains("TRAEFIK DEFAULT CERT")) {
                return block(
                        "T-CERTIFICATE",
                        title,
                        "the authority has issued none yet",
                        "open 80/tcp to the world, in the provider's firewall too; then vfaas up " + host);
            }
            if (!domain.authority().issued(issuer)) {
                return warn("T-CERTIFICATE", title, evidence + ": no browser trusts it", "vfaas up " + host);
            }
            return end.isAfter(clock.instant().plus(SOON))
                    ? pass("T-CERTIFICATE", title, evidence)
                    : warn(
                            "T-CERTIFICATE",
                            title,
                            evidence + ": it should have been renewed by now",
                            "open 80/tcp to the world; then: vfaas host exec " + host
                                    + " -- k3s kubectl -n kube-system rollout restart deployment/traefik");
        } catch (CertificateException e) {
            return warn("T-CERTIFICATE", title, "cannot be read: " + e.getMessage(), "vfaas up " + host);
        }
    }
}
