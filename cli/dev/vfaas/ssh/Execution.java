package dev.vfaas.ssh;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import net.schmizz.sshj.connection.channel.direct.Session;
import net.schmizz.sshj.connection.channel.direct.Signal;
import org.jspecify.annotations.Nullable;

/** One command on one channel: its input is sent, both outputs are read to their end, and all of it within a deadline. */
final class Execution {
    /** How much of a command a message shows, in characters. */
    private static final int LONGEST = 100;

    private final Connection connection;
    private final String line;
    private final String shown;
    private final byte @Nullable [] input;
    private final AtomicReference<@Nullable Session> session = new AtomicReference<>();
    private final AtomicBoolean started = new AtomicBoolean();

    /**
     * @param line for the login shell
     * @param shown what messages may say of it
     */
    Execution(Connection connection, String line, String shown, byte @Nullable [] input) {
        this.connection = connection;
        this.line = line;
        this.shown = shortened(shown);
        this.input = input;
    }

    /** Thrown when the connection broke before the command was sent: it can be sent again without harm. */
    static final class NotStarted extends IOException {
        private static final long serialVersionUID = 1L;

        NotStarted(Throwable cause) {
            super(cause);
        }
    }

    /** Runs it and returns its exit code, 128 + n for a signal. Fails with exit 6 at the deadline or when the connection breaks. */
    int run(OutputStream out, OutputStream err, Deadline deadline) throws NotStarted {
        FutureTask<Integer> work = new FutureTask<>(() -> communicate(out, err));
        Thread.ofVirtual().name("ssh-command").start(work);
        try {
            return work.get(deadline.left().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            kill();
            throw Failure.of(
                            ExitCode.TIMED_OUT,
                            "on " + connection.host().address() + ", this did not end within " + seconds(deadline)
                                    + ": " + shown)
                    .next("look at the server's load and log: ssh "
                            + connection.host().name());
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
            throw Failure.of(
                    ExitCode.INTERRUPTED,
                    "interrupted while this ran on " + connection.host().address() + ": " + shown);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Failure failure) {
                throw failure;
            }
            if (!started.get()) {
                throw new NotStarted(Objects.requireNonNullElse(e.getCause(), e));
            }
            String message = "the connection to " + connection.host().address() + " was lost while this ran: " + shown;
            throw Failure.of(ExitCode.TIMED_OUT, message)
                    .because(new ConnectionLost(message, Objects.requireNonNullElse(e.getCause(), e)))
                    .next("run the same command again; it takes up the work where it stopped");
        }
    }

    /** A script is of no use in a message; the log of the run has it whole. */
    private static String shortened(String command) {
        String first = command.lines().findFirst().orElse("");
        boolean whole = first.length() == command.length() && first.length() <= LONGEST;
        return whole ? command : first.substring(0, Math.min(first.length(), LONGEST)) + " ...";
    }

    private static String seconds(Deadline deadline) {
        long millis = deadline.of().toMillis();
        return millis < 1000 ? millis + " ms" : millis / 1000 + " s";
    }

    private int communicate(OutputStream out, OutputStream err) throws Exception {
        try (Session channel = connection.client().startSession()) {
            session.set(channel);
            started.set(true);
            Session.Command command = channel.exec(line);
            Thread.ofVirtual().name("ssh-stdin").start(() -> send(command));
            FutureTask<Void> errors = new FutureTask<>(() -> {
                copy(command.getErrorStream(), err);
                return null;
            });
            Thread.ofVirtual().name("ssh-stderr").start(errors);
            copy(command.getInputStream(), out);
            errors.get();
            command.join();
            Integer status = command.getExitStatus();
            if (status != null) {
                return status;
            }
            Signal signal = command.getExitSignal();
            if (signal == null) {
                throw new IOException("the channel was closed without an exit status");
            }
            return 128 + number(signal);
        }
    }

    private static int number(Signal signal) {
        return switch (signal) {
            case HUP -> 1;
            case INT -> 2;
            case QUIT -> 3;
            case ILL -> 4;
            case ABRT -> 6;
            case FPE -> 8;
            case KILL -> 9;
            case USR1 -> 10;
            case SEGV -> 11;
            case USR2 -> 12;
            case PIPE -> 13;
            case ALRM -> 14;
            case TERM -> 15;
            default -> 0;
        };
    }

    private void send(Session.Command command) {
        try (OutputStream stdin = command.getOutputStream()) {
            if (input != null) {
                stdin.write(input);
            }
        } catch (IOException notRead) {
            // A command may end without reading its input; how it ended tells the rest.
        }
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[32 * 1024];
        for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
            to.write(buffer, 0, n);
        }
        to.flush();
    }

    /** Asks the server to kill it and gives up the channel; does not wait, because the peer may be gone. */
    private void kill() {
        Session channel = session.get();
        if (channel == null) {
            connection.abort();
            return;
        }
        Thread.ofVirtual().name("ssh-kill").start(() -> {
            try (channel) {
                if (channel instanceof Session.Command command) {
                    command.signal(Signal.KILL);
                }
            } catch (IOException | RuntimeException gone) {
                // Nothing more can be done to it.
            }
        });
    }
}
