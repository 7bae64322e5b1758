package dev.vfaas.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SshTargetTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "root@203.0.113.10, root, 203.0.113.10, -, root@203.0.113.10",
                "myserver, -, myserver, -, myserver",
                "user@host:2222, user, host, 2222, user@host:2222",
                "::1, -, ::1, -, ::1",
                "[::1], -, ::1, -, ::1",
                "root@[2001:db8::1]:22, root, 2001:db8::1, 22, root@[2001:db8::1]:22",
                "root@2001:db8::1, root, 2001:db8::1, -, root@2001:db8::1",
                "fe80::1%eth0, -, fe80::1%eth0, -, fe80::1%eth0",
                "ssh://root@host:2222/, root, host, 2222, root@host:2222",
                "ssh://[::1]:2222, -, ::1, 2222, [::1]:2222",
                "dom.user@corp@host, dom.user@corp, host, -, dom.user@corp@host",
            })
    void parses(String text, String user, String host, Integer port, String again) {
        SshTarget target = SshTarget.parse(text);
        assertThat(target).isEqualTo(new SshTarget(user, host, port));
        assertThat(target).hasToString(again);
        assertThat(SshTarget.parse(again)).isEqualTo(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@host",
                "root@",
                "host:",
                "host:abc",
                "host:0",
                "host:65536",
                "[::1",
                "[::1]x",
                "-oProxyCommand=x",
                "-l@host",
                "a b",
                "host;reboot",
                "user$(x)@host",
                "host/path"
            })
    void refusesWhatIsNoServer(String text) {
        assertThatThrownBy(() -> SshTarget.parse(text))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE));
    }

    @Test
    void saysWhatItExpects() {
        assertThatThrownBy(() -> SshTarget.parse("host:99999"))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.next()).contains("user@[IPv6]:port"));
    }
}
