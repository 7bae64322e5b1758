package dev.vfaas.provision.ingress;

import dev.vfaas.console.Failure;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Locale;

/** Who issues a domain's certificate, over ACME (RFC 8555). */
public sealed interface Authority {
    /** The word that names {@link LetsEncrypt} where a URL of another authority could stand. */
    String LETS_ENCRYPT = "letsencrypt";

    /**
     * The public one.
     *
     * @param staging whether certificates stay those of its staging service, which no browser trusts
     */
    record LetsEncrypt(boolean staging) implements Authority {
        private static final String TRIAL = "https://acme-staging-v02.api.letsencrypt.org/directory";
        private static final String TRUSTED = "https://acme-v02.api.letsencrypt.org/directory";

        @Override
        public String directory() {
            return staging ? TRIAL : TRUSTED;
        }

        @Override
        public String roots() {
            return "";
        }

        /** Its staging service says so in the names of its issuers. */
        @Override
        public boolean issued(String issuer) {
            return staging || !issuer.contains("STAGING");
        }
    }

    /**
     * Another one, for example a company's own.
     *
     * @param directory the URL of its directory (RFC 8555, 7.1.1)
     * @param roots certificates, PEM, that the server at this URL is checked by, beside those every system trusts; may be empty
     */
    record Other(String directory, String roots) implements Authority {
        public Other {
            URI url;
            try {
                url = URI.create(directory);
            } catch (IllegalArgumentException e) {
                throw noUrl(directory);
            }
            if (!"https".equals(url.getScheme())
                    || url.getHost() == null
                    || !directory.matches("[A-Za-z0-9._~:/?&=%\\[\\]-]+")) {
                throw noUrl(directory);
            }
            if (!roots.isEmpty()) {
                roots = canonical(roots);
            }
        }

        @Override
        public boolean staging() {
            return false;
        }

        @Override
        public boolean issued(String issuer) {
            return true;
        }

        private static Failure noUrl(String text) {
            return Failure.usage("--acme-server " + text + " is no https URL of an ACME server's directory")
                    .next("--acme-server https://ca.example.no/acme/acme/directory, or --acme-server " + LETS_ENCRYPT);
        }

        /** The certificates and nothing else: no comments, no private key that lies in the same file. */
        private static String canonical(String pem) {
            try {
                Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
                if (certificates.isEmpty()) {
                    throw new CertificateException("it holds none");
                }
                StringBuilder text = new StringBuilder();
                for (Certificate certificate : certificates) {
                    text.append(Pem.certificate(certificate));
                }
                return text.toString();
            } catch (CertificateException e) {
                throw Failure.usage("--acme-ca: the file is no certificate in PEM form: " + e.getMessage())
                        .next(
                                "--acme-ca FILE with the root certificate of the ACME server: -----BEGIN CERTIFICATE-----")
                        .because(e);
            }
        }
    }

    /** The URL Traefik asks. */
    String directory();

    /** What its server is checked by, beside what every system trusts; PEM, or empty. */
    String roots();

    /** Whether nobody is to trust what it issues. */
    boolean staging();

    /** Whether a certificate that Traefik serves, and did not make itself, may be this authority's. @param issuer its issuer as a text */
    boolean issued(String issuer);

    /** Where Traefik keeps its account and certificates: each authority has a file of its own. */
    default String storage() {
        return switch (this) {
            case LetsEncrypt(boolean staging) -> staging ? "acme-staging.json" : "acme.json";
            case Other other -> "acme-" + digest(other.directory()) + ".json";
        };
    }

    /** How it is called in messages. */
    default String title() {
        return switch (this) {
            case LetsEncrypt(boolean staging) -> staging ? "the staging service" : "the authority";
            case Other other -> URI.create(other.directory()).getHost();
        };
    }

    /** The first eight digits of a text's SHA-256. */
    private static String digest(String text) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sum).substring(0, 8).toLowerCase(Locale.ROOT);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
