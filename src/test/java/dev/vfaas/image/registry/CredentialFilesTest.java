package dev.vfaas.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where logins are found, and which one wins. */
class CredentialFilesTest {
    @TempDir
    Path folder;

    private final Map<String, String> variables = new HashMap<>();

    @BeforeEach
    void homes() {
        variables.put("PATH", folder.resolve("bin").toString());
    }

    private String user(String host, String repository) throws InterruptedException {
        return new CredentialFiles(variables, folder)
                .find(host, repository)
                .map(credential -> switch (credential) {
                    case Credential.Basic basic ->
                        basic.user() + ":" + basic.password().revealText();
                    case Credential.IdentityToken identity ->
                        "token:" + identity.token().revealText();
                    case Credential.Bearer bearer -> "bearer";
                })
                .orElse("none");
    }

    private void write(String path, String content) {
        try {
            Path file = folder.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String auths(String key, String user, String password) {
        return "{\"auths\":{\"" + key + "\":{\"auth\":\""
                + Base64.getEncoder()
                        .encodeToString((user + ":" + password).getBytes(java.nio.charset.StandardCharsets.UTF_8))
                + "\"}}}";
    }

    /** Each place is filled from the one named to the last; the named one must win. */
    @ParameterizedTest
    @CsvSource({"0, docker", "1, authfile", "2, runtime", "3, config"})
    void theFirstFileThatKnowsTheRegistryWins(int from, String winner) throws Exception {
        variables.put("DOCKER_CONFIG", folder.resolve("dockerconfig").toString());
        variables.put("REGISTRY_AUTH_FILE", folder.resolve("authfile.json").toString());
        variables.put("XDG_RUNTIME_DIR", folder.resolve("run").toString());
        variables.put("XDG_CONFIG_HOME", folder.resolve("config").toString());
        String[][] places = {
            {"dockerconfig/config.json", "docker"},
            {"authfile.json", "authfile"},
            {"run/containers/auth.json", "runtime"},
            {"config/containers/auth.json", "config"}
        };
        write(".docker/config.json", auths("r.example.com", "home", "not read while DOCKER_CONFIG is set"));
        for (int i = 0; i < from; i++) {
            write(places[i][0], auths("another.example.com", "wrong", "x"));
        }
        for (int i = from; i < places.length; i++) {
            write(places[i][0], auths("r.example.com", places[i][1], "p"));
        }
        assertThat(user("r.example.com", "team/x")).isEqualTo(winner + ":p");
    }

    @Test
    void withoutVariablesTheHomeFoldersAreRead() throws Exception {
        write(".config/containers/auth.json", auths("r.example.com", "podman", "p"));
        assertThat(user("r.example.com", "x")).isEqualTo("podman:p");
        write(".docker/config.json", auths("r.example.com", "docker", "p"));
        assertThat(user("r.example.com", "x")).isEqualTo("docker:p");
        assertThat(user("other.example.com", "x")).isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource({
        "r.example.com, r.example.com",
        "https://r.example.com, r.example.com",
        "https://r.example.com/v2/, r.example.com",
        "r.example.com:5000, r.example.com:5000",
        "https://index.docker.io/v1/, registry-1.docker.io",
        "docker.io, registry-1.docker.io"
    })
    void aRegistryGoesBySeveralNames(String key, String host) throws Exception {
        write(".docker/config.json", auths(key, "u", "p:with:colons"));
        assertThat(user(host, "x")).isEqualTo("u:p:with:colons");
    }

    @Test
    void theLongestRepositoryWins() throws Exception {
        write(".config/containers/auth.json", """
                {"auths": {
                  "r.example.com": {"username": "all", "password": "p"},
                  "r.example.com/team": {"username": "team", "password": "p"}
                }}""");
        assertThat(user("r.example.com", "team/x")).isEqualTo("team:p");
        assertThat(user("r.example.com", "others/x")).isEqualTo("all:p");
    }

    @Test
    void anIdentityTokenIsARefreshToken() throws Exception {
        write(
                ".docker/config.json",
                "{\"auths\":{\"r.example.com\":{\"auth\":\"MDAwOg==\",\"identitytoken\":\"refresh\"}}}");
        assertThat(user("r.example.com", "x")).isEqualTo("token:refresh");
    }

    @Test
    void helpersAreAskedBeforeAuths() throws Exception {
        helper("desktop", "read r; echo '{\"Username\":\"store\",\"Secret\":\"'$r'\"}'");
        helper("ecr", "read r; echo '{\"Username\":\"<token>\",\"Secret\":\"t\"}'");
        write(".docker/config.json", """
                {"credsStore": "desktop", "credHelpers": {"ecr.example.com": "ecr"},
                 "auths": {"r.example.com": {"username": "file", "password": "p"}}}""");
        assertThat(user("ecr.example.com", "x")).isEqualTo("token:t");
        assertThat(user("r.example.com", "x")).isEqualTo("store:r.example.com/x");
    }

    @Test
    void aStoreThatDoesNotKnowLeavesItToAuths() throws Exception {
        helper("desktop", "echo 'credentials not found in native keychain'; exit 1");
        write(".docker/config.json", """
                {"credsStore": "desktop", "auths": {"r.example.com": {"username": "file", "password": "p"}}}""");
        assertThat(user("r.example.com", "x")).isEqualTo("file:p");
    }

    @Test
    void aHelperThatIsMissingIsNamed() {
        write(".docker/config.json", "{\"credHelpers\": {\"r.example.com\": \"gone\"}}");
        assertThatThrownBy(() -> user("r.example.com", "x"))
                .hasMessageContaining("docker-credential-gone")
                .hasMessageContaining(".docker/config.json");
    }

    @Test
    void aFileThatIsNotJsonIsNamed() {
        write(".docker/config.json", "auths:");
        assertThatThrownBy(() -> user("r.example.com", "x"))
                .hasMessageContaining(".docker/config.json")
                .hasMessageContaining("not JSON");
    }

    private void helper(String name, String script) throws IOException {
        write("bin/docker-credential-" + name, "#!/bin/sh\n" + script + "\n");
        Path file = folder.resolve("bin/docker-credential-" + name);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        for (String tool : new String[] {"sh", "echo"}) {
            if (!Files.exists(folder.resolve("bin").resolve(tool))) {
                Files.createSymbolicLink(
                        folder.resolve("bin").resolve(tool), Path.of("/bin").resolve(tool));
            }
        }
    }
}
