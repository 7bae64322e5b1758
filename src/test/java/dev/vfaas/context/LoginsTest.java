package dev.vfaas.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.GatewayUrl;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginsTest {
    private static final GatewayUrl GATEWAY = GatewayUrl.parse("http://127.0.0.1:8080");
    private static final Credentials ADMIN = new Credentials.Basic("admin", Secret.of("admin"));

    /** As OpenFaaS's CLI writes it, with what a later version may add. */
    private static final String THEIRS = """
            auths:
              - gateway: https://other.example.com
                auth: oauth2
                token: abc
                options:
                  - name: x
                    value: y
              - gateway: http://127.0.0.1:8080
                auth: basic
                token: YWRtaW46YWRtaW4=
            future: [1, 2]
            """;

    @TempDir
    Path home;

    private Path file;
    private Logins logins;

    @BeforeEach
    void open() {
        file = home.resolve(".openfaas/config.yml");
        logins = new Logins(environment(Map.of()));
    }

    private Environment environment(Map<String, String> variables) {
        return new Environment(variables, home, home, Environment.Terminal.NONE);
    }

    private void theirs(String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void readsTheLoginsOfOpenFaasCli() throws IOException {
        theirs(THEIRS);
        assertThat(logins.find(GATEWAY)).contains(ADMIN);
        assertThat(logins.find(GatewayUrl.parse("https://OTHER.example.com/")))
                .contains(new Credentials.Bearer(Secret.of("abc")));
        assertThat(logins.find(GatewayUrl.parse("http://nobody"))).isEmpty();
    }

    @Test
    void writesWhatOpenFaasCliReads() throws IOException {
        logins.save(GATEWAY, ADMIN);
        assertThat(Files.readString(file)).isEqualTo("""
                auths:
                  - gateway: http://127.0.0.1:8080
                    auth: basic
                    token: YWRtaW46YWRtaW4=
                """);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void keepsTheEntriesAndKeysOfOthers() throws IOException {
        theirs(THEIRS);
        logins.save(GATEWAY, new Credentials.Basic("me", Secret.of("changed")));
        assertThat(logins.remove(GATEWAY)).isTrue();
        assertThat(logins.remove(GATEWAY)).isFalse();
        assertThat(Files.readString(file))
                .contains("gateway: https://other.example.com", "name: x", "value: y", "future:")
                .doesNotContain("127.0.0.1");
    }

    @Test
    void aDamagedFileIsSaidAndNeverWrittenOver() throws IOException {
        String damaged = "auths:\n  - gateway: [\n";
        theirs(damaged);
        assertThatThrownBy(() -> logins.save(GATEWAY, ADMIN))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("config.yml:3:1")
                .hasMessageContaining("nothing was changed");
        assertThat(Files.readString(file)).isEqualTo(damaged);
    }

    @Test
    void aTokenThatIsNoLoginIsNotShown() throws IOException {
        theirs("auths:\n  - gateway: http://127.0.0.1:8080\n    auth: basic\n    token: '%%hunter2%%'\n");
        assertThatThrownBy(() -> logins.find(GATEWAY))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("not base64")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void theFolderFollowsTheVariables() {
        assertThat(new Logins(environment(Map.of("OPENFAAS_CONFIG", "elsewhere"))).path())
                .isEqualTo(home.resolve("elsewhere/config.yml"));
        assertThat(new Logins(environment(Map.of("CI", "true"))).path())
                .isEqualTo(home.resolve(".openfaas/config.yml"));
    }
}
