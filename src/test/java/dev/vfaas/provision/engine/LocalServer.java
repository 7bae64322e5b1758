package dev.vfaas.provision.engine;

import dev.vfaas.openfaas.Secret;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import dev.vfaas.ssh.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongConsumer;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/** This machine as a server: commands run in a real shell. Can be told to die before or after one of its commands. */
public final class LocalServer implements Server {
    /** What tells a dead laptop or server from any other failure. */
    public static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final List<String> commands = Collections.synchronizedList(new ArrayList<>());
    private int dieBefore = -1;
    private int dieAfter = -1;
    private @Nullable RuntimeException failure;

    /** What was run, as logs show it. */
    public List<String> commands() {
        return List.copyOf(commands);
    }

    /** From the command with this number (from 0) on nothing works any more; it itself is not run. */
    public LocalServer dieBefore(int number) {
        dieBefore = number;
        return this;
    }

    /** The command with this number is run, but nobody hears how it ended; nothing works after it. */
    public LocalServer dieAfter(int number) {
        dieAfter = number;
        return this;
    }

    /** The command with this number is run and then {@code lost} is thrown, once. */
    public LocalServer failOnceAfter(int number, RuntimeException lost) {
        dieAfter = number;
        failure = lost;
        return this;
    }

    @Override
    public String name() {
        return "test-server";
    }

    @Override
    public Completed run(Command command, Duration deadline) {
        return runAsRoot(command, deadline);
    }

    @Override
    public Completed runAsRoot(Command command, Duration deadline) {
        return runAsRoot(command, Secret.of(""), deadline);
    }

    @Override
    public Completed runAsRoot(Command command, Secret input, Duration deadline) {
        int number = commands.size();
        if (dieBefore >= 0 && number >= dieBefore || failure == null && dieAfter >= 0 && number > dieAfter) {
            throw new Killed();
        }
        commands.add(command.toString());
        Completed completed = execute(command, input);
        if (number == dieAfter) {
            RuntimeException once = failure;
            if (once == null) {
                throw new Killed();
            }
            dieAfter = -1;
            throw once;
        }
        return completed;
    }

    private static Completed execute(Command command, Secret input) {
        try {
            Process process = new ProcessBuilder("sh", "-c", command.render()).start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.reveal());
            } catch (IOException closed) {
                // The command did not read to the end.
            }
            byte[] out = process.getInputStream().readAllBytes();
            byte[] err = process.getErrorStream().readAllBytes();
            return new Completed(process.waitFor(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Completed stream(Command command, OutputStream out, Duration deadline) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void upload(Upload upload, @Nullable LongConsumer progress, Duration deadline) {
        try (InputStream in = upload.content().open()) {
            Files.copy(in, Path.of(upload.destination()), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void proveNewConnection() {}

    @Override
    public Forward forward(String host, int port, int localPort) {
        throw new UnsupportedOperationException();
    }

    @Override
    public SocketFactory sockets(String host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean connected() {
        return true;
    }

    @Override
    public void close() {}
}
