package dev.vfaas.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same configuration read by OpenSSH and by our own parser gives the same settings. */
class SshConfigTest {
    @TempDir
    Path home;

    private Laptop laptop;

    @BeforeEach
    void config() throws IOException {
        laptop = new Laptop(home).config("""
                Include %s/conf.d/*

                # the one server
                Host faas faas-*
                    HostName %%h.example.org
                    User = deploy
                    Port 2222
                    IdentityFile ~/.ssh/faas_%%r
                    IdentityFile "~/.ssh/with space"
                    ProxyJump jump@bastion:2200,second
                    IdentitiesOnly yes
                    HostKeyAlias the-faas
                    HashKnownHosts yes

                Host *.internal !db.internal
                    User inside
                    IdentityAgent /run/agent-%%r.sock

                Match host special.example.org
                    User matched

                Match user nobody exec "false"
                    Port 1

                Host *
                    User fallback
                    UserKnownHostsFile ~/.ssh/known_a ~/.ssh/known_b
                """.formatted(home.resolve(".ssh")));
        Files.createDirectories(laptop.ssh("conf.d"));
        Files.writeString(
                laptop.ssh("conf.d/10-more"),
                "Host included\n  HostName 2001:db8::7\nHost special\n  HostName special.example.org\n");
    }

    private HostSettings resolve(String how, String target) {
        Path ssh = how.equals("openssh") ? Path.of("/usr/bin/ssh") : null;
        return new SshConfig(laptop.environment(), ssh).resolve(SshTarget.parse(target));
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssh", "own parser"})
    void readsAHost(String how) {
        HostSettings host = resolve(how, "faas");
        assertThat(host.hostName()).isEqualTo("faas.example.org");
        assertThat(host.user()).isEqualTo("deploy");
        assertThat(host.port()).isEqualTo(2222);
        assertThat(host.identityFiles()).containsExactly(laptop.ssh("faas_deploy"), laptop.ssh("with space"));
        assertThat(host.identitiesOnly()).isTrue();
        assertThat(host.jumps()).containsExactly(SshTarget.parse("jump@bastion:2200"), SshTarget.parse("second"));
        assertThat(host.hashKnownHosts()).isTrue();
        assertThat(host.knownAs()).isEqualTo("the-faas");
        assertThat(host.knownHosts()).startsWith(laptop.ssh("known_a"), laptop.ssh("known_b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssh", "own parser"})
    void whatIsTypedWins(String how) {
        HostSettings host = resolve(how, "me@faas:22");
        assertThat(host.user()).isEqualTo("me");
        assertThat(host.port()).isEqualTo(22);
        assertThat(host.identityFiles()).contains(laptop.ssh("faas_me"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssh", "own parser"})
    void patternsCanBeNegated(String how) {
        assertThat(resolve(how, "web.internal").user()).isEqualTo("inside");
        assertThat(resolve(how, "web.internal").identityAgent()).isEqualTo("/run/agent-inside.sock");
        assertThat(resolve(how, "db.internal").user()).isEqualTo("fallback");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssh", "own parser"})
    void includesAndMatches(String how) {
        assertThat(resolve(how, "included").hostName()).isEqualTo("2001:db8::7");
        assertThat(resolve(how, "included").address()).isEqualTo("fallback@[2001:db8::7]");
        assertThat(resolve(how, "special").user()).isEqualTo("matched");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssh", "own parser"})
    void aHostNobodyWroteDown(String how) {
        HostSettings host = resolve(how, "203.0.113.10");
        assertThat(host.hostName()).isEqualTo("203.0.113.10");
        assertThat(host.port()).isEqualTo(22);
        assertThat(host.jumps()).isEmpty();
        assertThat(host.identityFiles()).contains(laptop.ssh("id_ed25519"), laptop.ssh("id_rsa"));
        assertThat(host.identityAgent()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssh", "own parser"})
    void aProxyCommandIsRefusedPlainly(String how) {
        laptop.config("Host corp\n  ProxyCommand nc %h %p\n");
        assertThatThrownBy(() -> resolve(how, "corp"))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.next()).contains("ProxyJump"));
    }
}
