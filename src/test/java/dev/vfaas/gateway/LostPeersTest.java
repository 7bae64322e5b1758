package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A machine that dies says nothing: the kernel has to ask. What it will do is in /proc/net/tcp. */
@EnabledOnOs(OS.LINUX)
class LostPeersTest {
    /** See proc_net_tcp.txt of Linux: established; another timer, which is keepalive's while nothing is sent; clock ticks of a hundredth of a second. */
    private static final String ESTABLISHED = "01";

    private static final String KEEP_ALIVE = "02";

    @Test
    void bothSidesOfACallAreAskedWhetherTheyAreStillThere() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (RunningGateway gateway = new RunningGateway();
                ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
                    connection.head();
                    connection.send("HTTP/1.1 200 OK|Content-Length: 5||he");
                    over.await();
                });
                RawConnection client = gateway.connect()) {
            gateway.runtime.serve("half", replica.port());
            client.send("GET /function/half HTTP/1.1|Host: h||");
            client.head();
            assertThat(client.read(2)).isEqualTo("he");
            int clientPort = client.socket.getLocalPort();
            RunningGateway.await(() -> asked(gateway.port, clientPort));
            RunningGateway.await(() -> asked(-1, replica.port()));
            over.countDown();
        }
    }

    /** Whether the connection from {@code local}, -1 for any, to {@code remote} will be asked about within half a minute. */
    private static boolean asked(int local, int remote) {
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            try {
                for (String line : Files.readAllLines(Path.of(table))) {
                    String[] fields = line.strip().split("\\s+");
                    if (fields.length > 5
                            && fields[3].equals(ESTABLISHED)
                            && port(fields[2]) == remote
                            && (local < 0 || port(fields[1]) == local)) {
                        String[] timer = fields[5].split(":");
                        return timer[0].equals(KEEP_ALIVE) && Long.parseLong(timer[1], 16) <= 3_000;
                    }
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return false;
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.indexOf(':') + 1), 16);
    }
}
