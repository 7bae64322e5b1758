package dev.vfaas.image.registry;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.Fingerprint;
import dev.vfaas.image.oci.MediaTypes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Speaks the OCI distribution API (1.1) with one registry: manifests and blobs, both ways. Thread-safe; methods block. */
public final class RegistryClient {
    private final OkHttpClient http;
    private final Registry registry;
    private final RegistryAuthorization authorization;

    /** A client; {@code tokens} makes the one that speaks with token servers, which may want TLS where the registry does not. */
    RegistryClient(OkHttpClient http, Supplier<OkHttpClient> tokens, Registry registry, CredentialFiles credentials) {
        this.http = http;
        this.registry = registry;
        this.authorization = new RegistryAuthorization(tokens, registry, credentials);
    }

    /** A manifest as the registry holds it. */
    public record Manifest(String mediaType, String digest, byte[] bytes) {}

    /** The registry this client speaks to. */
    public Registry registry() {
        return registry;
    }

    /**
     * Whether the registry takes the login it was made with; also when it wants none.
     *
     * @throws Failure when it cannot be reached, or is no registry
     */
    public boolean takesLogin() throws InterruptedException {
        Request request = new Request.Builder().url(url("")).build();
        try (Response response =
                http.newCall(authorization.authorize(request, "", false)).execute()) {
            if (response.code() != 401) {
                require(response, "log in", 200);
                return true;
            }
            Request again = authorization.answer(request, response, "", false);
            if (again == null) {
                return false;
            }
            try (Response second = http.newCall(again).execute()) {
                if (second.code() == 401 || second.code() == 403) {
                    return false;
                }
                if (!second.isSuccessful()) {
                    require(second, "log in", 200); // an overloaded registry says nothing about the password
                }
                return true;
            }
        } catch (Failure e) {
            if (e.exitCode() == ExitCode.AUTHENTICATION) {
                return false;
            }
            throw e;
        } catch (IOException e) {
            throw broken("log in", e);
        }
    }

    /** The command that gives this machine a login for a registry. */
    static String login(Registry registry) {
        return registry.gateway() ? "vfaas login" : "vfaas registry login " + registry.host() + " --local -u USER";
    }

    /** The digest of the manifest under a tag or digest, if there is one. */
    public Optional<String> manifestDigest(String repository, String selector) throws InterruptedException {
        Request request = manifestRequest(repository, selector).head().build();
        try (Response response = send(request, repository, false)) {
            if (response.code() == 404) {
                return Optional.empty();
            }
            require(response, "look for " + repository + ":" + selector, 200);
            return Optional.ofNullable(response.header("Docker-Content-Digest"));
        }
    }

    /** The manifest under a tag or digest, if there is one. Its digest is computed from the bytes and must match a digest that was asked for. */
    public Optional<Manifest> manifest(String repository, String selector) throws InterruptedException {
        Request request = manifestRequest(repository, selector).build();
        try (Response response = send(request, repository, false)) {
            if (response.code() == 404) {
                return Optional.empty();
            }
            require(response, "read " + repository + ":" + selector, 200);
            byte[] bytes = response.body().bytes();
            String digest = "sha256:" + Fingerprint.hexOf(bytes);
            if (selector.startsWith("sha256:") && !selector.equals(digest)) {
                throw Failure.failed(registry.name() + " answered with other bytes than " + selector);
            }
            return Optional.of(new Manifest(response.header("Content-Type", MediaTypes.MANIFEST), digest, bytes));
        } catch (IOException e) {
            throw broken("read " + repository, e);
        }
    }

    private Request.Builder manifestRequest(String repository, String selector) {
        return new Request.Builder()
                .url(url(repository + "/manifests/" + selector))
                .header("Accept", MediaTypes.ANY_MANIFEST);
    }

    /** Puts a manifest under a tag or its own digest. */
    public void putManifest(String repository, String selector, String mediaType, byte[] bytes)
            throws InterruptedException {
        Request request = new Request.Builder()
                .url(url(repository + "/manifests/" + selector))
                .put(RequestBody.create(bytes, MediaType.get(mediaType)))
                .build();
        try (Response response = send(request, repository, true)) {
            require(response, "write " + repository + ":" + selector, 201);
        }
    }

    /** Whether the repository has a blob. */
    public boolean hasBlob(String repository, String digest) throws InterruptedException {
        Request request = new Request.Builder()
                .url(url(repository + "/blobs/" + digest))
                .head()
                .build();
        try (Response response = send(request, repository, true)) {
            if (response.code() == 404) {
                return false;
            }
            require(response, "look for a blob of " + repository, 200);
            return true;
        }
    }

    /** Opens a blob for reading; the reader checks the digest. */
    public InputStream blob(String repository, String digest) throws InterruptedException {
        Request request =
                new Request.Builder().url(url(repository + "/blobs/" + digest)).build();
        Response response = send(request, repository, false);
        if (response.code() != 200) {
            try (response) {
                require(response, "read the blob " + digest + " of " + repository, 200);
            }
        }
        return response.body().byteStream();
    }

    /**
     * Uploads a blob, or has the registry mount it from another of its repositories.
     *
     * @param mountFrom a repository of the same registry that has the blob, or null
     * @param content opened only when the bytes are needed
     */
    public void putBlob(String repository, String digest, @Nullable String mountFrom, BlobSource content)
            throws InterruptedException {
        HttpUrl.Builder start = url(repository + "/blobs/uploads/").newBuilder();
        if (mountFrom != null) {
            start.addQueryParameter("mount", digest).addQueryParameter("from", mountFrom);
        }
        Request post = new Request.Builder()
                .url(start.build())
                .post(RequestBody.create(new byte[0], null))
                .build();
        HttpUrl location;
        try (Response response = send(post, repository, true)) {
            if (response.code() == 201) {
                return; // mounted
            }
            if (registry.gateway() && (response.code() == 404 || response.code() == 405)) {
                throw Failure.failed(registry.url() + " is a gateway without an image store")
                        .next("give the image the name of a registry, for example registry.example.com/" + repository);
            }
            require(response, "upload to " + repository, 202);
            String header = response.header("Location");
            location = header == null ? null : response.request().url().resolve(header);
        }
        if (location == null) {
            throw Failure.failed(registry.name() + " did not say where to upload a blob of " + repository);
        }
        Request put = new Request.Builder()
                .url(location.newBuilder().addQueryParameter("digest", digest).build())
                .put(content.body())
                .build();
        try (Response response = send(put, repository, true)) {
            require(response, "upload the blob " + digest + " to " + repository, 201);
        }
    }

    /** The bytes of a blob, as often as a retry needs them. */
    @FunctionalInterface
    public interface BlobSource {
        /** A request body that writes the blob. */
        RequestBody body();

        /** A blob that lies in a file. */
        static BlobSource of(Path file) {
            return () -> RequestBody.create(file.toFile(), MediaType.get("application/octet-stream"));
        }
    }

    private HttpUrl url(String path) {
        HttpUrl url = registry.url().resolve("v2/" + path);
        if (url == null) {
            throw Failure.failed("cannot address " + path + " at " + registry.name());
        }
        return url;
    }

    private Response send(Request request, String repository, boolean push) throws InterruptedException {
        try {
            Response response = http.newCall(authorization.authorize(request, repository, push))
                    .execute();
            if (response.code() != 401) {
                return response;
            }
            Request again = authorization.answer(request, response, repository, push);
            response.close();
            return again == null
                    ? refused(repository, push)
                    : http.newCall(again).execute();
        } catch (IOException e) {
            throw broken("reach it", e);
        }
    }

    private Response refused(String repository, boolean push) {
        throw Failure.of(
                        ExitCode.AUTHENTICATION,
                        registry.name() + " wants a login to " + (push ? "write " : "read ") + repository)
                .next(login(registry));
    }

    private void require(Response response, String what, int expected) {
        int code = response.code();
        if (code == expected) {
            return;
        }
        String body = "";
        try {
            body = response.peekBody(2_000).string().strip();
        } catch (IOException e) {
            // The status says enough.
        }
        if (code == 401 || code == 403) {
            throw Failure.of(
                            ExitCode.AUTHENTICATION, registry.name() + " refused to " + what + ": " + code + " " + body)
                    .next(login(registry));
        }
        throw Failure.failed(
                "cannot " + what + ": " + registry.name() + " answered " + code + (body.isEmpty() ? "" : " " + body));
    }

    private Failure broken(String what, IOException e) {
        boolean untrusted = e instanceof SSLHandshakeException
                && String.valueOf(e.getMessage()).contains("PKIX");
        String reason = e instanceof java.net.ConnectException
                ? "nothing answers at " + registry.url()
                : untrusted
                        ? "its certificate is signed by nobody this machine's Java believes"
                        : e.getClass().getSimpleName() + ": " + e.getMessage();
        Failure failure = Failure.failed("cannot " + what + ": " + registry.name() + ": " + reason)
                .because(e);
        if (untrusted) {
            return failure.next(
                    "export " + Trust.VARIABLE
                            + "=FILE, with the certificate of its authority in PEM beside those of the public ones: uv, too, reads that file");
        }
        if (e instanceof SSLException && String.valueOf(e.getMessage()).contains("plaintext")) {
            return failure.next("--insecure when it speaks plain http");
        }
        return registry.gateway() ? failure.next("vfaas gateway start") : failure;
    }
}
