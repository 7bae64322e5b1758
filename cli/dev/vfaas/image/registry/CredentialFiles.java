package dev.vfaas.image.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Credentials where docker and podman keep them. The first file that knows the registry wins:
 *
 * <ol>
 *   <li>{@code $DOCKER_CONFIG/config.json}, or {@code ~/.docker/config.json} when the variable is unset
 *   <li>{@code $REGISTRY_AUTH_FILE}
 *   <li>{@code $XDG_RUNTIME_DIR/containers/auth.json}
 *   <li>{@code $XDG_CONFIG_HOME/containers/auth.json} or {@code ~/.config/containers/auth.json}
 * </ol>
 *
 * Within a file: the registry's helper of {@code credHelpers}, then {@code credsStore}, then {@code auths}, as Docker does. In podman's files a
 * key may name a repository below the registry; the longest that matches wins.
 */
public final class CredentialFiles {
    static final List<String> DOCKER_HUB =
            List.of("https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io");

    private final Map<String, String> variables;
    private final Path home;
    private final CredentialHelpers helpers;

    /** Looks from the given environment variables and home folder. */
    public CredentialFiles(Map<String, String> variables, Path home) {
        this.variables = variables;
        this.home = home;
        this.helpers = new CredentialHelpers(variables);
    }

    /**
     * The credential for a repository of a registry, if there is one.
     *
     * @throws Failure when a file is not JSON or a helper that a file names cannot run
     */
    public Optional<Credential> find(String host, String repository) throws InterruptedException {
        for (Path file : files()) {
            if (Files.isRegularFile(file)) {
                Optional<Credential> found = in(file, host, repository);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /** Docker's file, where this machine's logins are kept. */
    Path kept() {
        String docker = variable("DOCKER_CONFIG");
        return (docker.isEmpty() ? home.resolve(".docker") : Path.of(docker)).resolve("config.json");
    }

    private List<Path> files() {
        List<Path> files = new ArrayList<>();
        files.add(kept());
        if (!variable("REGISTRY_AUTH_FILE").isEmpty()) {
            files.add(Path.of(variable("REGISTRY_AUTH_FILE")));
        }
        if (!variable("XDG_RUNTIME_DIR").isEmpty()) {
            files.add(Path.of(variable("XDG_RUNTIME_DIR"), "containers", "auth.json"));
        }
        String config = variable("XDG_CONFIG_HOME");
        files.add((config.isEmpty() ? home.resolve(".config") : Path.of(config)).resolve("containers/auth.json"));
        return files;
    }

    private String variable(String name) {
        return variables.getOrDefault(name, "");
    }

    private Optional<Credential> in(Path file, String host, String repository) throws InterruptedException {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw Failure.failed("cannot read the registry credentials in " + file + ": it is not JSON")
                    .because(e);
        }
        List<String> keys = keys(host, repository);
        for (String key : keys) {
            String helper = root.path("credHelpers").path(key).asText("");
            if (!helper.isEmpty()) {
                return helpers.ask(helper, key, file);
            }
        }
        String store = root.path("credsStore").asText("");
        if (!store.isEmpty()) {
            for (String key : keys) {
                Optional<Credential> found = helpers.ask(store, key, file);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        for (String key : keys) {
            Optional<Credential> found = entry(root.path("auths").path(key), file);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** The names a registry may go by in the files, most specific first. */
    private static List<String> keys(String host, String repository) {
        List<String> keys = new ArrayList<>();
        for (String path = host + "/" + repository; path.contains("/"); ) {
            keys.add(path);
            path = path.substring(0, path.lastIndexOf('/'));
        }
        keys.add(host);
        keys.add("https://" + host);
        keys.add("https://" + host + "/v1/");
        keys.add("https://" + host + "/v2/");
        keys.add("http://" + host);
        if (DOCKER_HUB.contains(host)) {
            keys.addAll(DOCKER_HUB);
        }
        return keys;
    }

    private static Optional<Credential> entry(JsonNode entry, Path file) {
        String identity = entry.path("identitytoken").asText("");
        if (!identity.isEmpty()) {
            return Optional.of(new Credential.IdentityToken(Secret.of(identity)));
        }
        String auth = entry.path("auth").asText("");
        if (!auth.isEmpty()) {
            String text;
            try {
                text = new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                throw Failure.failed("an \"auth\" in " + file + " is not base64")
                        .next("docker login, or podman login, writes it anew")
                        .because(e);
            }
            int colon = text.indexOf(':');
            if (colon > 0) {
                // Docker pads some passwords with NUL.
                return Optional.of(new Credential.Basic(
                        text.substring(0, colon),
                        Secret.of(text.substring(colon + 1).replace("\0", ""))));
            }
        }
        String user = entry.path("username").asText("");
        return user.isEmpty()
                ? Optional.empty()
                : Optional.of(new Credential.Basic(
                        user, Secret.of(entry.path("password").asText(""))));
    }
}
