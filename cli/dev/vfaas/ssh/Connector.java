package dev.vfaas.ssh;

import dev.vfaas.console.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.schmizz.keepalive.KeepAliveRunner;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.channel.direct.DirectConnection;
import org.jspecify.annotations.Nullable;

/** Opens connections: through jump hosts, each with its host key verified and logged in to. */
final class Connector {
    private static final int DEEPEST_JUMP = 8;
    private static final int MOST_TYPES = 3;
    private static final int KEEP_ALIVE_SECONDS = 5;
    private static final int UNANSWERED_KEEP_ALIVES = 3;

    private final SshConfig config;
    private final HostKeys hostKeys;
    private final Authentication authentication;
    private final Duration timeout;
    private final Dialer dialer;

    Connector(SshConfig config, HostKeys hostKeys, Authentication authentication, Duration timeout) {
        this.config = config;
        this.hostKeys = hostKeys;
        this.authentication = authentication;
        this.timeout = timeout;
        this.dialer = new Dialer(timeout);
    }

    /** Connects and logs in; fails with exit 4 or 6. */
    Connection connect(SshTarget target) {
        List<HostSettings> hops = new ArrayList<>();
        collect(target, 0, true, hops);
        List<SSHClient> chain = new ArrayList<>();
        try {
            for (HostSettings hop : hops) {
                SSHClient client = reach(hop, chain.isEmpty() ? null : chain.getLast());
                chain.add(client);
                authentication.login(client, hop);
            }
            return new Connection(chain, hops.getLast());
        } catch (IOException e) {
            HostSettings reached = hops.get(Math.min(chain.size(), hops.size() - 1));
            closeAll(chain, hops.getLast());
            throw Unreachable.failure(reached, hops.getFirst().equals(reached), e, timeout);
        } catch (RuntimeException e) {
            closeAll(chain, hops.getLast());
            throw e;
        }
    }

    private static void closeAll(List<SSHClient> chain, HostSettings host) {
        if (!chain.isEmpty()) {
            new Connection(chain, host).close();
        }
    }

    /** The jump hosts before the host; the first of them may itself be behind others. */
    private void collect(SshTarget target, int depth, boolean followJumps, List<HostSettings> hops) {
        if (depth > DEEPEST_JUMP) {
            throw Failure.usage("the ProxyJump of " + target + " leads in a circle")
                    .next("look at: ssh -G " + target.host());
        }
        HostSettings host = config.resolve(target);
        for (int i = 0; followJumps && i < host.jumps().size(); i++) {
            collect(host.jumps().get(i), depth + 1, i == 0, hops);
        }
        hops.add(host);
    }

    /** A connected client whose host key is verified; an unknown key is introduced and the host reached anew. */
    private SSHClient reach(HostSettings host, @Nullable SSHClient via) throws IOException {
        List<String> leftOut = new ArrayList<>();
        HostKeyCheck first = null;
        while (true) {
            HostKeyCheck check = new HostKeyCheck(hostKeys, host);
            SSHClient client = new SSHClient(new TransportConfig(leftOut));
            client.addHostKeyVerifier(check);
            client.getTransport().setTimeoutMs((int) timeout.toMillis());
            client.getConnection().setTimeoutMs((int) timeout.toMillis());
            if (client.getConnection().getKeepAlive() instanceof KeepAliveRunner keepAlive) {
                keepAlive.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
                keepAlive.setMaxAliveCount(UNANSWERED_KEEP_ALIVES);
            }
            try {
                open(client, host, via);
                return client;
            } catch (IOException e) {
                close(client);
                check.rethrow();
                PublicKeyBlob shown = check.unknown();
                first = first == null && shown != null ? check : first;
                if (shown != null && hostKeys.isUnexpected(shown) && leftOut.size() < MOST_TYPES) {
                    // The fingerprint may be that of another of the host's keys.
                    leftOut.add(shown.typeName());
                } else if (shown != null) {
                    hostKeys.introduce(host, shown);
                } else if (first != null && first.unknown() != null) {
                    hostKeys.introduce(host, first.unknown());
                } else {
                    throw e;
                }
            } catch (RuntimeException e) {
                close(client);
                throw e;
            }
        }
    }

    private void open(SSHClient client, HostSettings host, @Nullable SSHClient via) throws IOException {
        if (via == null) {
            Socket socket = dialer.dial(host.hostName(), host.port());
            client.setSocketFactory(new Dialer.Connected(socket));
            within(socket, () -> client.connect(host.hostName(), host.port()));
        } else {
            DirectConnection tunnel = via.newDirectConnection(host.hostName(), host.port());
            within(tunnel, () -> client.connectVia(tunnel));
        }
    }

    /** Something that blocks until its stream is closed. */
    @FunctionalInterface
    private interface Blocking {
        void run() throws IOException;
    }

    private void within(Closeable stream, Blocking work) throws IOException {
        try (Alarm alarm = Alarm.closing(stream, timeout)) {
            try {
                work.run();
            } catch (IOException e) {
                alarm.check();
                throw e;
            }
            alarm.check();
        }
    }

    private static void close(SSHClient client) {
        try {
            client.close();
        } catch (IOException | RuntimeException gone) {
            // It never was open.
        }
    }
}
