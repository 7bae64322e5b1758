package dev.vfaas.gateway.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class PortsTest {
    private final Ports ports = new Ports();

    @Test
    void a_port_is_given_to_one_taker_at_a_time_and_is_free() throws IOException {
        Set<Integer> taken = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            int port = ports.take();
            assertThat(taken.add(port)).isTrue();
            assertThat(ports.free(port)).isTrue();
        }
    }

    @Test
    void a_port_somebody_listens_on_is_not_free() throws IOException {
        try (ServerSocket any = new ServerSocket(0);
                ServerSocket own = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(ports.free(any.getLocalPort())).isFalse();
            assertThat(ports.free(own.getLocalPort())).isFalse();
        }
    }

    @Test
    void ports_lie_below_those_of_outgoing_connections() throws IOException {
        Path range = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
        Assumptions.assumeTrue(Files.exists(range));
        int lowest;
        try (BufferedReader reader = Files.newBufferedReader(range)) {
            lowest = Integer.parseInt(reader.readLine().split("\\s+")[0]);
        }
        Assumptions.assumeTrue(lowest > 21_000);
        for (int i = 0; i < 50; i++) {
            assertThat(ports.take()).isLessThan(lowest);
        }
    }
}
