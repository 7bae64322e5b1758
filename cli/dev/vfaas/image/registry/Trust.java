package dev.vfaas.image.registry;

import dev.vfaas.console.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Which certificate authorities registries are believed: those of the Java runtime, and those in the PEM file that {@code SSL_CERT_FILE} names, which
 * OpenSSL, Go's programs and curl read too. Companies sign their own registries' certificates.
 */
public record Trust(@Nullable Path authorities) {
    /** The variable that names the file. */
    public static final String VARIABLE = "SSL_CERT_FILE";

    /** The authorities of the Java runtime alone. */
    public static final Trust USUAL = new Trust(null);

    /** A client's builder with it. */
    OkHttpClient.Builder of(OkHttpClient.Builder client) {
        if (authorities == null) {
            return client;
        }
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (X509Certificate usual : manager(null).getAcceptedIssuers()) {
                store.setCertificateEntry("usual-" + store.size(), usual);
            }
            for (Certificate more : read(authorities)) {
                store.setCertificateEntry("more-" + store.size(), more);
            }
            X509TrustManager manager = manager(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {manager}, null);
            return client.sslSocketFactory(context.getSocketFactory(), manager);
        } catch (IOException | GeneralSecurityException e) {
            throw Failure.usage(VARIABLE + " names " + authorities + ", which holds no certificates in PEM: "
                            + e.getMessage())
                    .next("export " + VARIABLE + "=FILE, or unset " + VARIABLE)
                    .because(e);
        }
    }

    private static Collection<? extends Certificate> read(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (found.isEmpty()) {
                throw new IOException("there is none in it");
            }
            return found;
        }
    }

    private static X509TrustManager manager(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("this Java checks no certificates");
    }
}
