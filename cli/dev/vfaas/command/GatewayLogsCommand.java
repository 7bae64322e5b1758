package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.context.EmbeddedGateway;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vfaas gateway logs}. */
@Command(
        name = "logs",
        description = "Show what the gateway in the background has written",
        footer = {"", "Examples:", "  vfaas gateway logs", "  vfaas gateway logs -f"})
final class GatewayLogsCommand implements Callable<Integer> {
    private static final int POLL_MILLIS = 200;
    private final Session session;

    @Option(
            names = {"-f", "-t", "--follow"},
            description = "go on with new lines until Ctrl-C")
    boolean follow;

    GatewayLogsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        EmbeddedGateway gateway = EmbeddedGateway.of(session.environment());
        OutputStream out = session.console().resultBytes();
        try (InputStream log = Files.newInputStream(gateway.log())) {
            log.transferTo(out);
            out.flush();
            while (follow) {
                Thread.sleep(POLL_MILLIS);
                log.transferTo(out); // a file can be read on after its end when it has grown
                out.flush();
            }
        } catch (NoSuchFileException e) {
            throw Failure.failed("there is no log yet: " + gateway.log()).next("vfaas gateway start");
        }
        return ExitCode.OK.code();
    }
}
