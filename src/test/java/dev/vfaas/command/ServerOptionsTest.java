package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.command.ServerOptions.Login;
import dev.vfaas.console.Environment;
import dev.vfaas.context.ServerContext;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.ssh.SshTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command that names a server takes from the server's context. */
class ServerOptionsTest {
    private static final SshTarget SERVER = SshTarget.parse("root@203.0.113.10:2222");

    @TempDir
    Path home;

    private Environment environment;
    private Path key;

    @BeforeEach
    void keptContext() {
        environment = new Environment(Map.of(), home, home, Environment.Terminal.NONE);
        key = home.resolve("id");
        new ServerContext(environment, SERVER, key)
                .keep("10.43.0.80:8080", new Credentials.Basic("admin", Secret.of("s3cret")));
    }

    private Login login(String typed) {
        return new ServerOptions().login(environment, typed);
    }

    @Test
    void whatIsLeftOutIsAsTheContextRemembersIt() {
        Login kept = new Login(SERVER, key);
        assertThat(login("203.0.113.10")).isEqualTo(kept);
        assertThat(login("root@203.0.113.10")).isEqualTo(kept);
        assertThat(login("root@203.0.113.10:2222")).isEqualTo(kept);
    }

    @Test
    void anotherLoginIsLeftAsItWasTyped() {
        for (String typed : new String[] {"ops@203.0.113.10", "root@203.0.113.10:22", "root@203.0.113.11"}) {
            assertThat(login(typed)).isEqualTo(new Login(SshTarget.parse(typed), null));
        }
        ServerOptions named = new ServerOptions();
        named.identity = "other";
        assertThat(named.login(environment, "203.0.113.10"))
                .isEqualTo(new Login(SshTarget.parse("203.0.113.10"), home.resolve("other")));
    }

    @Test
    void aFileOfContextsThatIsBrokenKeepsNobodyOut() throws Exception {
        Path file = environment.configDirectory().resolve("contexts.yml");
        Files.writeString(file, Files.readString(file).replace("10.43.0.80:8080", "nowhere"));
        assertThat(login("root@203.0.113.10")).isEqualTo(new Login(SshTarget.parse("root@203.0.113.10"), null));
    }
}
