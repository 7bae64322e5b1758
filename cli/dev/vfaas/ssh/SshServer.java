package dev.vfaas.ssh;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import javax.net.SocketFactory;
import net.schmizz.sshj.connection.channel.OpenFailException;
import net.schmizz.sshj.userauth.UserAuthException;
import org.jspecify.annotations.Nullable;

/** A server over SSH: one connection that is opened anew after it broke, its channels, and how to become root on it. */
final class SshServer implements Server {
    /** sshd's MaxSessions is 10 unless it is configured; one is kept for uploads. */
    private static final int CHANNELS = 8;

    private static final Duration DETECTION = Duration.ofSeconds(30);

    /** How often a command that has not started is tried, each time on a new connection. */
    private static final int ATTEMPTS = 3;

    private final Connector connector;
    private final SshTarget target;
    private final ConnectOptions options;
    private final Prompts prompts;
    private final Semaphore channels = new Semaphore(CHANNELS);
    private final ReentrantLock connecting = new ReentrantLock();
    private final ReentrantLock rising = new ReentrantLock();
    private final Uploads uploads = new Uploads(this);
    private @Nullable Connection connection;
    private volatile @Nullable Connection broken;
    private @Nullable Privilege privilege;
    private volatile boolean closed;
    /** Whether there has been a connection, so that the server is known to be worth waiting for. */
    private volatile boolean again;
    /** Whether it was waited for in vain, by whichever thread. */
    private volatile boolean givenUp;

    SshServer(Connector connector, SshTarget target, ConnectOptions options, Prompts prompts) {
        this.connector = connector;
        this.target = target;
        this.options = options;
        this.prompts = prompts;
    }

    /** The live connection. The first is tried for once; one that broke is tried again until {@link ConnectOptions#patience} is over. */
    Connection connection() {
        long end = System.nanoTime() + options.patience().toNanos();
        for (int attempt = 1; ; attempt++) {
            try {
                return connectionNow();
            } catch (Failure failure) {
                if (!again || closed || !mayPass(failure)) {
                    throw failure;
                }
                if (givenUp || System.nanoTime() >= end) {
                    throw gone(failure);
                }
                pause(attempt);
            }
        }
    }

    /** A server that boots is unreachable, then refuses logins for a while. A wrong host key does not pass. */
    private static boolean mayPass(Failure failure) {
        return failure.exitCode() == ExitCode.TIMED_OUT || failure.getCause() instanceof UserAuthException;
    }

    private Connection connectionNow() {
        connecting.lock();
        try {
            if (closed) {
                throw Failure.failed("the connection to " + target + " has been closed");
            }
            Connection current = connection;
            if (current != null && current != broken && current.alive()) {
                return current;
            }
            if (current != null) {
                current.abort();
                current.close();
                connection = null;
                again = true;
            }
            current = connector.connect(target);
            if (closed) {
                current.close();
                throw Failure.failed("the connection to " + target + " has been closed");
            }
            connection = current;
            givenUp = false;
            return current;
        } finally {
            connecting.unlock();
        }
    }

    /** The server did not come back: from now on each call tries once only, so that what is left to say is said soon. */
    private Failure gone(Failure last) {
        givenUp = true;
        return Failure.of(
                        ExitCode.TIMED_OUT,
                        target + " stopped answering and did not come back within "
                                + options.patience().toSeconds() + " s: " + last.text())
                .because(new ServerGone(last))
                .next("once it answers again (ssh " + target + "), run the same command again;"
                        + " it takes up the work where it stopped");
    }

    private void pause(int attempt) {
        try {
            Thread.sleep(
                    Math.min(attempt, 4) * 250L + ThreadLocalRandom.current().nextLong(500));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.of(ExitCode.INTERRUPTED, "interrupted while waiting for " + target);
        }
    }

    @Override
    public String name() {
        return target.toString();
    }

    @Override
    public Completed run(Command command, Duration deadline) {
        Deadline end = Deadline.in(deadline);
        return completed(Privilege.limited(command, end), command, null, end);
    }

    @Override
    public Completed runAsRoot(Command command, Duration deadline) {
        return asRoot(command, null, Deadline.in(deadline));
    }

    @Override
    public Completed runAsRoot(Command command, Secret input, Duration deadline) {
        return asRoot(command, input.reveal(), Deadline.in(deadline));
    }

    Completed asRoot(Command command, byte @Nullable [] input, Deadline deadline) {
        Privilege root = privilege();
        return completed(root.line(command, deadline), command, root.input(input), deadline);
    }

    @Override
    public Completed stream(Command command, OutputStream out, Duration deadline) {
        Privilege root = privilege();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Deadline end = Deadline.in(deadline);
        int code = execute(root.line(command, end), command, root.input(null), out, err, end);
        return new Completed(code, new byte[0], err.toByteArray());
    }

    private Completed completed(String line, Command command, byte @Nullable [] input, Deadline deadline) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = execute(line, command, input, out, err, deadline);
        return new Completed(code, out.toByteArray(), err.toByteArray());
    }

    private int execute(
            String line,
            Command command,
            byte @Nullable [] input,
            OutputStream out,
            OutputStream err,
            Deadline deadline) {
        enter(command, deadline);
        try {
            Deadline patience = Deadline.in(options.patience());
            int lost = 0;
            while (true) {
                Connection current = connection();
                try {
                    // The command's time begins when there is a connection to run it on.
                    return new Execution(current, line, command.toString(), input)
                            .run(out, err, Deadline.in(deadline.of()));
                } catch (Execution.NotStarted notStarted) {
                    if (notStarted.getCause() instanceof OpenFailException) {
                        // The connection is well, but sshd has no session left until one of the others ends.
                        if (deadline.passed()) {
                            throw crowded(notStarted);
                        }
                        pause(1);
                        continue;
                    }
                    // The connection had broken without anyone noticing; nothing has run yet. It may take a moment
                    // until it is known to be dead.
                    current.abort();
                    lost++;
                    if (lost >= ATTEMPTS && (closed || patience.passed())) {
                        throw noChannel(notStarted);
                    }
                    pause(lost);
                }
            }
        } finally {
            channels.release();
        }
    }

    private Failure noChannel(Execution.NotStarted broken) {
        String why = Objects.requireNonNullElse(broken.getCause(), broken).getMessage();
        return Failure.of(ExitCode.TIMED_OUT, "no channel could be opened on the connection to " + target + ": " + why)
                .because(broken)
                .next("ssh " + target);
    }

    private Failure crowded(Execution.NotStarted refused) {
        return Failure.of(
                        ExitCode.TIMED_OUT,
                        target
                                + " lets no more sessions into a connection: MaxSessions of its sshd_config is too small")
                .because(refused)
                .next("set MaxSessions to 10, sshd's own default, there; 3 is the least");
    }

    private void enter(Command command, Deadline deadline) {
        try {
            if (!channels.tryAcquire(deadline.left().toMillis(), TimeUnit.MILLISECONDS)) {
                throw Failure.of(ExitCode.TIMED_OUT, "on " + target + ", other commands left no time for: " + command);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.of(ExitCode.INTERRUPTED, "interrupted before running: " + command);
        }
    }

    /** How to become root; found out once. */
    Privilege privilege() {
        rising.lock();
        try {
            Privilege known = privilege;
            if (known == null) {
                known = detect();
                privilege = known;
            }
            return known;
        } finally {
            rising.unlock();
        }
    }

    private Privilege detect() {
        Completed answer = run(Privilege.DETECT, DETECTION);
        HostSettings host = connection().host();
        return switch (answer.out().strip()) {
            case "root" -> new Privilege.Root();
            case "free" -> new Privilege.FreeSudo();
            case "none" -> throw Privilege.absent(host);
            case "password" -> withPassword(host);
            default ->
                throw Failure.failed("the shell of " + host.address() + " does not run commands: "
                                + (answer.out() + answer.err()).strip())
                        .next("check the user's login shell and its start-up files");
        };
    }

    private Privilege withPassword(HostSettings host) {
        Secret password = options.sudoPassword();
        if (password == null && prompts.interactive()) {
            password = prompts.askHidden("Password of " + host.user() + " on " + host.hostName() + " for sudo");
        }
        if (password == null) {
            throw Privilege.unasked(host);
        }
        Privilege.PasswordSudo sudo = new Privilege.PasswordSudo(password);
        Command probe = Command.of("true");
        Deadline end = Deadline.in(DETECTION);
        Completed answer = completed(sudo.line(probe, end), probe, sudo.input(null), end);
        if (!answer.ok()) {
            throw Privilege.refused(host, answer.err());
        }
        return sudo;
    }

    @Override
    public void upload(Upload upload, @Nullable LongConsumer progress, Duration deadline) {
        uploads.put(upload, progress, Deadline.in(deadline));
    }

    @Override
    public void proveNewConnection() {
        Connection fresh = connector.connect(target);
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            new Execution(fresh, "true", "true", null).run(out, out, Deadline.in(DETECTION));
        } catch (Execution.NotStarted broken) {
            throw noChannel(broken);
        } finally {
            fresh.close();
        }
    }

    @Override
    public Forward forward(String host, int port, int localPort) {
        return new LocalForward(new Tunnels(this, host, port), localPort);
    }

    @Override
    public SocketFactory sockets(String host, int port) {
        return new TunnelSockets(new Tunnels(this, host, port));
    }

    @Override
    public boolean connected() {
        connecting.lock();
        try {
            return connection != null && connection != broken && connection.alive();
        } finally {
            connecting.unlock();
        }
    }

    /** A channel failed as only the end of its connection makes it; sshj itself says so a moment later. */
    void broke(Connection ended) {
        broken = ended;
    }

    @Override
    public void close() {
        closed = true;
        Connection last = null;
        // Whoever connects at this moment may take long; that connection is closed once it stands.
        if (connecting.tryLock()) {
            try {
                last = connection;
                connection = null;
            } finally {
                connecting.unlock();
            }
        }
        uploads.close();
        if (last != null) {
            last.close();
        }
    }
}
