package dev.vfaas.context;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.GatewayUrl;
import dev.vfaas.openfaas.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Logins by gateway, in the file that OpenFaaS's CLI keeps them in, so that both tools share them: {@code ~/.openfaas/config.yml}, in
 * {@code $OPENFAAS_CONFIG/} if that is set, or in {@code ./.openfaas/} in CI. Entries and keys of others are kept.
 */
public final class Logins {
    private static final String AUTHS = "auths";
    private final YamlFile file;
    private final Path path;

    public Logins(Environment environment) {
        this.path = folder(environment).resolve("config.yml");
        this.file = new YamlFile(new PrivateFile(path));
    }

    private static Path folder(Environment environment) {
        String configured = environment.get("OPENFAAS_CONFIG");
        if (configured != null) {
            return environment.resolve(configured);
        }
        return (environment.ci() ? environment.workingDirectory() : environment.home()).resolve(".openfaas");
    }

    /** Where the logins are kept. */
    public Path path() {
        return path;
    }

    /** The login for {@code gateway}; empty when there is none. */
    public Optional<Credentials> find(GatewayUrl gateway) {
        return file.entries(file.read(), AUTHS).stream()
                .filter(entry -> isFor(entry, gateway))
                .findFirst()
                .map(this::credentials);
    }

    /** Keeps a login, in place of one for the same gateway. */
    public void save(GatewayUrl gateway, Credentials credentials) {
        file.update(top -> save(top, gateway, credentials));
    }

    private void save(Map<String, Object> top, GatewayUrl gateway, Credentials credentials) {
        List<Map<String, Object>> entries = file.entries(top, AUTHS);
        Map<String, Object> entry = entries.stream()
                .filter(candidate -> isFor(candidate, gateway))
                .findFirst()
                .orElseGet(LinkedHashMap::new);
        if (entry.isEmpty()) {
            entries.add(entry);
        }
        entry.put("gateway", gateway.text());
        switch (credentials) {
            case Credentials.Basic(String user, Secret password) -> {
                String pair = user + ":" + password.revealText();
                entry.put("auth", "basic");
                entry.put("token", Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
            }
            case Credentials.Bearer(Secret token) -> {
                entry.put("auth", "oauth2");
                entry.put("token", token.revealText());
            }
            case Credentials.None() -> throw new IllegalArgumentException("no credentials to keep");
        }
        top.put(AUTHS, entries);
    }

    /** Forgets the login for {@code gateway}; false when there was none. */
    public boolean remove(GatewayUrl gateway) {
        if (file.entries(file.read(), AUTHS).stream().noneMatch(entry -> isFor(entry, gateway))) {
            return false;
        }
        file.update(top -> {
            List<Map<String, Object>> entries = file.entries(top, AUTHS);
            entries.removeIf(entry -> isFor(entry, gateway));
            top.put(AUTHS, entries);
        });
        return true;
    }

    private static boolean isFor(Map<String, Object> entry, GatewayUrl gateway) {
        // OpenFaaS's CLI writes the whole URL in lower case.
        return String.valueOf(entry.get("gateway")).replaceAll("/+$", "").equalsIgnoreCase(gateway.text());
    }

    private Credentials credentials(Map<String, Object> entry) {
        String token = String.valueOf(entry.getOrDefault("token", ""));
        if (!"basic".equals(entry.get("auth"))) {
            return new Credentials.Bearer(Secret.of(token));
        }
        try {
            String pair = new String(Base64.getDecoder().decode(token), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon >= 0) {
                return new Credentials.Basic(pair.substring(0, colon), Secret.of(pair.substring(colon + 1)));
            }
        } catch (IllegalArgumentException e) {
            // fall through: its message would quote the token
        }
        throw Failure.failed(path + ": the login for " + entry.get("gateway") + " is not base64 of user:password")
                .next("vfaas login -g " + entry.get("gateway"));
    }
}
