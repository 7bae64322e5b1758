package dev.vfaas.context;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.GatewayException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Starts and stops the process of the embedded gateway: a JVM of its own, made of the same Java and the same jars as this one. */
public final class GatewayProcess {
    private static final String MAIN = "dev.vfaas.gateway.GatewayMain";
    private static final Duration START = Duration.ofSeconds(40);
    private static final Duration STOP = Duration.ofSeconds(30);
    private static final int POLL_MILLIS = 25;

    private final EmbeddedGateway gateway;
    private final Consumer<EmbeddedGateway.Running> health;

    /**
     * What to start.
     *
     * @param port TCP port, 0 for any free one
     * @param host the address to listen on
     * @param more further options of the gateway's own, as its process takes them
     */
    public record Options(int port, String host, List<String> more) {
        /** Without further options. */
        public Options(int port, String host) {
            this(port, host, List.of());
        }
    }

    /** @param health throws {@link GatewayException} unless the gateway answers */
    public GatewayProcess(EmbeddedGateway gateway, Consumer<EmbeddedGateway.Running> health) {
        this.gateway = gateway;
        this.health = health;
    }

    /** Starts it detached from this terminal, its output in the log, and waits until it answers. */
    public EmbeddedGateway.Running start(Options options) {
        try {
            prepareLog();
            long logStart = Files.size(gateway.log());
            List<String> command = new ArrayList<>();
            if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
                command.add(
                        "/usr/bin/setsid"); // a session of its own: the terminal's Ctrl-C and hang-up are not for it
            }
            command.addAll(command(options));
            Process process = new ProcessBuilder(command)
                    .directory(gateway.directory().toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(gateway.log().toFile()))
                    .start();
            return awaitAnswer(process, logStart);
        } catch (IOException e) {
            throw Failure.failed("cannot start the gateway: " + e.getMessage()).because(e);
        }
    }

    /** Starts it as a child that writes where this process writes; {@code more} options are for the gateway's process itself. */
    public Process run(Options options, List<String> more) {
        try {
            createDirectory();
            List<String> command = new ArrayList<>(command(options));
            command.addAll(more);
            return new ProcessBuilder(command).inheritIO().start();
        } catch (IOException e) {
            throw Failure.failed("cannot start the gateway: " + e.getMessage()).because(e);
        }
    }

    /** Waits until the gateway answers; null when {@code process} ends before. */
    public EmbeddedGateway.@Nullable Running await(Process process) {
        long deadline = System.nanoTime() + START.toNanos();
        while (process.isAlive()) {
            EmbeddedGateway.Running running = gateway.running().orElse(null);
            if (running != null && running.pid() == process.pid() && answers(running)) {
                return running;
            }
            if (System.nanoTime() > deadline) {
                process.destroy();
                throw Failure.of(
                                ExitCode.TIMED_OUT,
                                "the gateway did not answer within " + START.toSeconds() + " s; its log is "
                                        + gateway.log())
                        .next("vfaas gateway logs");
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                process.destroy();
                Thread.currentThread().interrupt();
                throw Failure.of(ExitCode.INTERRUPTED, "interrupted").because(e);
            }
        }
        return null;
    }

    /** Asks the gateway to stop and waits until it is gone: it first finishes the calls under way. */
    public void stop(EmbeddedGateway.Running running) {
        ProcessHandle process = ProcessHandle.of(running.pid()).orElse(null);
        if (process == null) {
            return;
        }
        process.destroy();
        try {
            process.onExit().get(STOP.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw Failure.of(
                            ExitCode.TIMED_OUT,
                            "the gateway (process " + running.pid() + ") has not stopped within " + STOP.toSeconds()
                                    + " s")
                    .next("kill -KILL " + running.pid())
                    .because(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.of(ExitCode.INTERRUPTED, "interrupted").because(e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw Failure.failed("cannot wait for process " + running.pid()).because(e);
        }
    }

    private EmbeddedGateway.Running awaitAnswer(Process process, long logStart) throws IOException {
        EmbeddedGateway.Running running = await(process);
        if (running != null) {
            return running;
        }
        String said = said(logStart);
        throw Failure.of(
                startFailure(process.exitValue()),
                said.isEmpty() ? "the gateway ended at once; its log is " + gateway.log() : said);
    }

    /** The exit code of this tool for that of a gateway that could not start. */
    public static ExitCode startFailure(int exitValue) {
        if (exitValue == ExitCode.LOCKED.code()) {
            return ExitCode.LOCKED;
        }
        return exitValue == ExitCode.USAGE.code() ? ExitCode.USAGE : ExitCode.FAILED;
    }

    /** The reason the gateway gave in its log: its last line that is one. */
    private String said(long logStart) throws IOException {
        try (RandomAccessFile log = new RandomAccessFile(gateway.log().toFile(), "r")) {
            log.seek(logStart);
            byte[] bytes = new byte[(int) Math.min(64 * 1024, log.length() - logStart)];
            log.readFully(bytes);
            List<String> lines = new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            return lines.reversed().stream()
                    .filter(line -> line.startsWith("gateway: "))
                    .map(line -> line.substring("gateway: ".length()))
                    .findFirst()
                    .orElse(lines.isEmpty() ? "" : "the gateway ended at once: " + lines.getLast());
        }
    }

    private boolean answers(EmbeddedGateway.Running running) {
        try {
            health.accept(running);
            return true;
        } catch (GatewayException e) {
            return false;
        }
    }

    private void prepareLog() throws IOException {
        createDirectory();
        if (!Files.exists(gateway.log())) {
            Files.createFile(
                    gateway.log(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
    }

    private void createDirectory() throws IOException {
        Path directory = gateway.directory();
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory.toAbsolutePath().getParent());
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    private List<String> command(Options options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(jvmOptions());
        command.addAll(List.of(
                "-cp",
                ProgramFiles.ofThisProcess().classPath().stream()
                        .map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator)),
                MAIN));
        command.addAll(List.of("--port", Integer.toString(options.port()), "--host", options.host()));
        command.addAll(List.of("--data-dir", gateway.directory().toString()));
        command.addAll(options.more());
        return command;
    }

    private static List<String> jvmOptions() throws IOException {
        try (InputStream resource = GatewayProcess.class.getResourceAsStream("/gateway.jvmoptions")) {
            return resource == null
                    ? List.of()
                    : new String(resource.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .map(String::strip)
                            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                            .toList();
        }
    }
}
