package dev.vfaas.image.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Map;

/**
 * This machine's logins for registries, as {@code docker login} keeps them: with the credential helper that Docker's configuration names, else in that
 * file itself (0600). What else is in the file stays.
 */
public final class KeptLogins {
    private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private final Path file;
    private final CredentialHelpers helpers;

    /** Of a person with these environment variables and this home folder. */
    public KeptLogins(Map<String, String> variables, Path home) {
        this.file = new CredentialFiles(variables, home).kept();
        this.helpers = new CredentialHelpers(variables);
    }

    /** Keeps a login, in place of one there may be; where it is now, for a person. */
    public String keep(String registry, String user, Secret password) throws InterruptedException {
        ObjectNode root = read();
        String helper = helper(root, registry);
        if (!helper.isEmpty()) {
            helpers.store(helper, key(registry), user, password, file);
            return "docker-credential-" + helper;
        }
        byte[] both = (user + ":" + password.revealText()).getBytes(StandardCharsets.UTF_8);
        root.withObjectProperty("auths")
                .putObject(key(registry))
                .put("auth", Base64.getEncoder().encodeToString(both));
        write(root);
        return file.toString();
    }

    /** Forgets a login; false when there was none. */
    public boolean forget(String registry) throws InterruptedException {
        ObjectNode root = read();
        String helper = helper(root, registry);
        if (!helper.isEmpty() && helpers.ask(helper, key(registry), file).isPresent()) {
            helpers.erase(helper, key(registry), file);
            return true;
        }
        if (root.path("auths") instanceof ObjectNode auths && auths.remove(key(registry)) != null) {
            write(root);
            return true;
        }
        return false;
    }

    /** The name under which Docker's file has a registry. */
    private static String key(String registry) {
        return CredentialFiles.DOCKER_HUB.contains(registry) ? CredentialFiles.DOCKER_HUB.getFirst() : registry;
    }

    private static String helper(ObjectNode root, String registry) {
        String own = root.path("credHelpers").path(key(registry)).asText("");
        return own.isEmpty() ? root.path("credsStore").asText("") : own;
    }

    private ObjectNode read() {
        if (!Files.exists(file)) {
            return json.createObjectNode();
        }
        try {
            if (json.readTree(file.toFile()) instanceof ObjectNode root) {
                return root;
            }
            throw new IOException("it is not an object");
        } catch (IOException e) {
            throw Failure.failed("cannot read the registry credentials in " + file + ": it is not JSON")
                    .because(e);
        }
    }

    private void write(ObjectNode root) {
        try {
            Path target = Files.exists(file) ? file.toRealPath() : file;
            Path folder = target.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            Path fresh = Files.createTempFile(folder, ".config", ".json"); // only its owner reads it
            try {
                if (Files.exists(target)) {
                    copyMode(target, fresh);
                }
                Files.write(fresh, json.writeValueAsBytes(root));
                Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw Failure.failed("cannot write the registry credentials to " + file + ": " + e)
                    .because(e);
        }
    }

    /** As it was, but for nobody else than its owner: it holds a password now. */
    private static void copyMode(Path from, Path to) throws IOException {
        try {
            var mode = Files.getPosixFilePermissions(from);
            mode.retainAll(PosixFilePermissions.fromString("rwx------"));
            Files.setPosixFilePermissions(to, mode);
        } catch (UnsupportedOperationException windows) {
            // the folder's rights count
        }
    }
}
