package dev.vfaas.image.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Credentials;
import okhttp3.FormBody;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Answers a registry's challenge: basic authentication, or a bearer token from the realm it names (the token protocol of Docker's registry, with
 * a refresh token by OAuth2). What was granted for a repository is used again for the next requests.
 */
final class RegistryAuthorization {
    private static final Pattern PARAMETER = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    private final Supplier<OkHttpClient> http;
    private final Registry registry;
    private final CredentialFiles files;
    private final Map<String, String> granted = new ConcurrentHashMap<>();

    RegistryAuthorization(Supplier<OkHttpClient> http, Registry registry, CredentialFiles files) {
        this.http = http;
        this.registry = registry;
        this.files = files;
    }

    /** The request with what is known to be wanted. */
    Request authorize(Request request, String repository, boolean push) {
        String header = granted.get(scope(repository, push));
        if (header == null) {
            header = switch (registry.credential()) {
                case Credential.Basic basic -> basic(basic);
                case Credential.Bearer bearer -> "Bearer " + bearer.token().revealText();
                case null, default -> null;
            };
        }
        return header == null
                ? request
                : request.newBuilder().header("Authorization", header).build();
    }

    /** The request as an answer to a 401; null when there is nothing to answer with. */
    @Nullable
    Request answer(Request request, Response challenge, String repository, boolean push)
            throws IOException, InterruptedException {
        Optional<Credential> credential =
                registry.given().isPresent() ? registry.given() : files.find(registry.host(), repository);
        String scheme = challenge.header("WWW-Authenticate", "");
        String header;
        if (scheme.regionMatches(true, 0, "Bearer", 0, 6)) {
            header = "Bearer " + token(scheme, scope(repository, push), credential);
        } else if (credential.orElse(null) instanceof Credential.Basic basic) {
            header = basic(basic);
            if (header.equals(challenge.request().header("Authorization"))) {
                return null; // it was this that was refused
            }
        } else {
            return null;
        }
        granted.put(scope(repository, push), header);
        return request.newBuilder().header("Authorization", header).build();
    }

    private static String basic(Credential.Basic basic) {
        return Credentials.basic(basic.user(), basic.password().revealText(), StandardCharsets.UTF_8);
    }

    /** Of a repository; nothing when only the login counts. */
    private static String scope(String repository, boolean push) {
        return repository.isEmpty() ? "" : "repository:" + repository + (push ? ":pull,push" : ":pull");
    }

    private String token(String challenge, String scope, Optional<Credential> credential) throws IOException {
        String realm = parameter(challenge, "realm");
        HttpUrl url = HttpUrl.parse(realm);
        if (url == null) {
            throw Failure.failed(registry.name() + " names a token server that is no URL: \"" + realm + "\"");
        }
        String service = parameter(challenge, "service");
        Request request;
        if (credential.orElse(null) instanceof Credential.IdentityToken identity) {
            request = new Request.Builder()
                    .url(url)
                    .post(new FormBody.Builder()
                            .add("grant_type", "refresh_token")
                            .add("service", service)
                            .add("client_id", "vfaas")
                            .add("scope", scope)
                            .add("refresh_token", identity.token().revealText())
                            .build())
                    .build();
        } else {
            HttpUrl.Builder query = url.newBuilder();
            if (!service.isEmpty()) {
                query.addQueryParameter("service", service);
            }
            if (!scope.isEmpty()) {
                query.addQueryParameter("scope", scope);
            }
            Request.Builder get = new Request.Builder().url(query.build());
            if (credential.orElse(null) instanceof Credential.Basic basic) {
                get.header("Authorization", basic(basic));
            }
            request = get.build();
        }
        try (Response response = http.get().newCall(request).execute()) {
            if (!response.isSuccessful()) {
                throw Failure.of(
                                ExitCode.AUTHENTICATION,
                                "the token server " + url.host() + " of " + registry.name() + " answered "
                                        + response.code()
                                        + (credential.isPresent()
                                                ? " to the stored login"
                                                : "; there is no stored login"))
                        .next(RegistryClient.login(registry));
            }
            JsonNode body = new ObjectMapper().readTree(response.body().bytes());
            String token = body.path("token").asText("");
            return token.isEmpty() ? body.path("access_token").asText("") : token;
        }
    }

    private static String parameter(String challenge, String name) {
        Matcher matcher = PARAMETER.matcher(challenge);
        while (matcher.find()) {
            if (matcher.group(1).equalsIgnoreCase(name)) {
                return matcher.group(2);
            }
        }
        return "";
    }
}
