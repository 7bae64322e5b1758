package dev.vfaas.gateway;

import dev.vfaas.gateway.http.BasicAuthentication;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the management API and the image store. In a cluster the passwords come from mounted files, which {@code VFAAS_PASSWORD_FILE} and, for
 * the nodes that pull images, {@code VFAAS_NODE_PASSWORD_FILE} name; the embedded gateway makes its own.
 */
final class Accounts {
    private static final String ADMIN = "admin";
    private static final String NODE = "node";

    private Accounts() {}

    static BasicAuthentication of(Map<String, String> environment, DataDirectory data) throws IOException {
        Secret given = read(environment.get("VFAAS_PASSWORD_FILE"));
        BasicAuthentication admin = new BasicAuthentication(ADMIN, given == null ? data.password() : given);
        Secret node = read(environment.get("VFAAS_NODE_PASSWORD_FILE"));
        return node == null ? admin : admin.withReader(NODE, node);
    }

    private static @Nullable Secret read(@Nullable String file) throws IOException {
        if (file == null || file.isEmpty()) {
            return null;
        }
        String password = Files.readString(Path.of(file)).strip();
        if (password.isEmpty()) {
            throw new IOException(file + " holds no password");
        }
        return Secret.of(password);
    }
}
