package dev.vfaas.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.context.Contexts.Context;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.GatewayUrl;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.ssh.SshTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerContextTest {
    private static final Credentials.Basic LOGIN = new Credentials.Basic("admin", Secret.of("s3cret"));

    @TempDir
    Path home;

    private Environment environment;
    private Contexts contexts;

    @BeforeEach
    void person() {
        environment = new Environment(Map.of(), home, home, Environment.Terminal.NONE);
        contexts = new Contexts(environment);
    }

    private ServerContext server(String typed, @Nullable Path identity) {
        return new ServerContext(environment, SshTarget.parse(typed), identity);
    }

    @Test
    void isKeptWithItsLoginAndMadeTheCurrentOne() {
        Path key = home.resolve("id");
        ServerContext server = server("root@203.0.113.10:2222", key);
        assertThat(server.leadsTo("10.43.0.80:8080")).isFalse();

        Context kept = server.keep("10.43.0.80:8080", LOGIN);

        assertThat(kept.name()).isEqualTo("203.0.113.10");
        assertThat(kept.gateway().loopback()).isTrue();
        assertThat(contexts.current()).contains(kept);
        assertThat(contexts.find("203.0.113.10").orElseThrow().route())
                .isEqualTo(new SshRoute(SshTarget.parse("root@203.0.113.10:2222"), key, "10.43.0.80", 8080));
        assertThat(new Logins(environment).find(kept.gateway())).contains(LOGIN);
        assertThat(server.login()).contains(LOGIN);
        assertThat(server.leadsTo("10.43.0.80:8080")).isTrue();
        assertThat(server("ops@203.0.113.10:2222", key).leadsTo("10.43.0.80:8080"))
                .isFalse();
    }

    @Test
    void keepsItsAddressOnThisMachineWhenTheServersChanges() {
        GatewayUrl before =
                server("root@one", null).keep("10.43.0.80:8080", LOGIN).gateway();
        Context after = server("ops@one", null).keep("10.43.7.7:8080", LOGIN);
        assertThat(after.gateway()).isEqualTo(before);
        assertThat(contexts.list()).containsExactly(after);
    }

    @Test
    void noTwoShareAnAddressOnThisMachine() {
        // These two names have the same hash code.
        Context one = server("root@hostAa", null).keep("10.43.0.80:8080", LOGIN);
        Context two = server("root@hostBB", null).keep("10.43.0.80:8080", LOGIN);
        assertThat(one.name().hashCode()).isEqualTo(two.name().hashCode());
        assertThat(one.gateway()).isNotEqualTo(two.gateway());
    }

    @Test
    void manyAreKeptAtOnceAndNoneIsLost() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            ServerContext server = server("root@host" + i, null);
            threads.add(Thread.ofVirtual().start(() -> server.keep("10.43.0.80:8080", LOGIN)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(contexts.list()).hasSize(12);
        assertThat(contexts.list())
                .allMatch(context ->
                        new Logins(environment).find(context.gateway()).isPresent());
    }

    @Test
    void anIpv6HostSurvivesTheFile() {
        ServerContext server = server("root@[2001:db8::7]:2200", null);
        server.keep("[fd00::1]:8080", LOGIN);
        assertThat(contexts.find("2001:db8::7").orElseThrow().route())
                .isEqualTo(new SshRoute(SshTarget.parse("root@[2001:db8::7]:2200"), null, "fd00::1", 8080));
    }

    @Test
    void isForgottenWithItsLoginAndTheEmbeddedGatewayBecomesCurrent() {
        contexts.put(new Context(Contexts.LOCAL, GatewayUrl.DEFAULT));
        ServerContext server = server("root@one", null);
        GatewayUrl gateway = server.keep("10.43.0.80:8080", LOGIN).gateway();

        assertThat(server.forget()).isTrue();

        assertThat(contexts.list()).extracting(Context::name).containsExactly(Contexts.LOCAL);
        assertThat(contexts.current()).get().extracting(Context::name).isEqualTo(Contexts.LOCAL);
        assertThat(new Logins(environment).find(gateway)).isEmpty();
        assertThat(server.forget()).isFalse();
    }

    @Test
    void aContextOfTheSameNameThatIsReachedDirectlyIsNotForgotten() {
        Context direct = new Context("one", GatewayUrl.parse("https://gateway.example.com"));
        contexts.put(direct);
        assertThat(server("root@one", null).forget()).isFalse();
        assertThat(contexts.list()).containsExactly(direct);
    }

    @Test
    void aRouteThatCannotBeUnderstoodIsSaid() throws IOException {
        Path file = environment.configDirectory().resolve("contexts.yml");
        Files.createDirectories(file.getParent());
        Files.writeString(file, """
                contexts:
                  - name: one
                    gateway: http://127.0.0.1:12345
                    ssh: {host: "-oProxyCommand=x"}
                    forward: 10.43.0.80:8080
                """);
        assertThatThrownBy(contexts::list)
                .isInstanceOf(Failure.class)
                .hasMessageContaining("contexts.yml")
                .hasMessageContaining("\"one\"");
    }
}
