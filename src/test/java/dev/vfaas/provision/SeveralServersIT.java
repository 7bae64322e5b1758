package dev.vfaas.provision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One command for several real servers. */
class SeveralServersIT {
    private static Testbed testbed;
    private static final List<String> NAMES = List.of("many1", "many2", "many3");

    @TempDir
    Path home;

    private final List<TestServer> servers = new ArrayList<>();

    @BeforeAll
    static void open() {
        testbed = Testbed.open();
    }

    @AfterAll
    static void end() {
        if (testbed != null) {
            testbed.close();
        }
    }

    @BeforeEach
    void boot() throws IOException {
        StringBuilder known = new StringBuilder();
        for (String name : NAMES) {
            TestServer server = testbed.server(name);
            servers.add(server);
            known.append(server.knownHost()).append('\n');
        }
        Files.createDirectories(home.resolve(".ssh"));
        Files.writeString(home.resolve(".ssh/known_hosts"), known);
    }

    private Tool.Outcome vfaas(List<String> hosts, String command, String... options) {
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(hosts);
        line.addAll(List.of("--identity", servers.getFirst().key().toString(), "--prepare-only"));
        line.addAll(List.of(options));
        return new Tool(home).with("HOME", home.toString()).run(line.toArray(String[]::new));
    }

    @Test
    void allAreSetUpOneThatFailsStopsNoOtherAndEveryFailureIsTold() {
        List<String> all =
                servers.stream().map(server -> "root@" + server.address()).toList();
        Tool.Outcome pending = vfaas(all, "up", "--dry-run", "--exit-code");
        assertThat(pending.exitCode()).as(pending.err()).isEqualTo(10);

        Tool.Outcome up = vfaas(all, "up");
        assertThat(up.exitCode()).as(up.err()).isZero();
        for (TestServer server : servers) {
            assertThat(up.out()).contains("root@" + server.address() + " is prepared");
            assertThat(server.run("ls /etc/sysctl.d/90-vfaas.conf").exitCode()).isZero();
        }
        assertThat(vfaas(all, "up", "--dry-run", "--exit-code").exitCode()).isZero();

        List<String> some = List.of(
                all.get(0),
                "guest@" + servers.get(1).address(),
                "nobody@" + servers.get(2).address());
        Tool.Outcome refused = vfaas(some, "up");
        assertThat(refused.exitCode()).isEqualTo(4);
        assertThat(refused.out()).contains(all.get(0) + ": nothing to do");
        assertThat(refused.err()).contains("error: " + some.get(1), "error: " + some.get(2));

        servers.get(2).cut();
        Tool.Outcome different = vfaas(List.of(some.get(1), all.get(2)), "up", "--reconnect", "1s");
        assertThat(different.exitCode()).isEqualTo(1);
        assertThat(different.err()).contains("error: " + some.get(1), "error: " + all.get(2));
    }
}
