package dev.vfaas.provision.backup;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Makes a consistent copy of a server's cluster and takes it over, entry by entry, without a file of its size on the server. */
public final class BackupStep implements Step {
    public static final String ID = "backup";
    private static final Duration STAGE = Duration.ofMinutes(20);
    private static final Duration SHORT = Duration.ofMinutes(1);
    private static final int PIPE = 1 << 20;

    /** Where a backup goes. A backup that is begun again after a broken connection opens it again. */
    @FunctionalInterface
    public interface Target {
        OutputStream open() throws IOException;
    }

    /**
     * What is asked of a backup.
     *
     * @param images whether images of functions and archives of images belong into it
     * @param limit how long sending may take
     */
    public record Wish(String host, String vfaas, String created, boolean images, Duration limit) {}

    private final Wish wish;
    private final Target target;
    private Optional<Manifest> made = Optional.empty();

    public BackupStep(Wish wish, Target target) {
        this.wish = wish;
        this.target = target;
    }

    /** What was made; empty before. */
    public Optional<Manifest> made() {
        return made;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Phase phase() {
        return Phase.BACKUP;
    }

    @Override
    public String title() {
        return "copying the datastore";
    }

    @Override
    public List<Change> plan(Planning planning) {
        return List.of(new Change.OfAction("make a backup"));
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        String images = wish.images() ? "yes" : "no";
        try {
            stage(execution, images);
            made = Optional.of(send(execution, images));
        } finally {
            clear(execution);
        }
    }

    private static void stage(Execution execution, String images) {
        Completed staged =
                execution.attempt(Command.script(BackupScripts.STAGE, BackupScripts.STAGE_FOLDER, images), STAGE);
        String host = execution.server().name();
        switch (staged.exitCode()) {
            case 0 -> {}
            case BackupScripts.AGENT ->
                throw Failure.usage(host + " only runs pods; what the cluster is, its servers know")
                        .next("vfaas node list " + host + " names them; vfaas backup SERVER");
            case BackupScripts.NOT_RUNNING ->
                throw Failure.of(
                                ExitCode.NOT_AS_ASKED,
                                host + ": K3s does not answer, so nothing was saved: "
                                        + staged.err().strip())
                        .next("vfaas up " + host + " starts it; vfaas doctor " + host);
            case BackupScripts.NO_ROOM ->
                throw Failure.of(
                                ExitCode.NOT_AS_ASKED,
                                host + ": nothing was saved: " + staged.err().strip())
                        .next("vfaas backup " + host + " --without-images; or free space below /var/lib there");
            default ->
                throw Failure.of(
                        ExitCode.NOT_AS_ASKED,
                        host + ": the backup could not be made (exit " + staged.exitCode() + "): "
                                + staged.err().strip());
        }
    }

    private Manifest send(Execution execution, String images) {
        try (PipedOutputStream taken = new PipedOutputStream();
                PipedInputStream given = new PipedInputStream(taken, PIPE);
                OutputStream out = target.open()) {
            ArchiveWriter writer = new ArchiveWriter(
                    wish.vfaas(),
                    wish.created(),
                    wish.host(),
                    bytes -> execution.progress("took over " + (bytes >> 20) + " MiB"));
            FutureTask<Manifest> writing = new FutureTask<>(() -> {
                // A reader that is gone makes the sender fail, so that neither waits for the other.
                try (given) {
                    Manifest manifest = writer.write(given, out);
                    given.transferTo(OutputStream.nullOutputStream());
                    return manifest;
                }
            });
            Thread.ofVirtual().name("backup-writer").start(writing);
            Completed sent;
            try {
                sent = execution.server().stream(
                        Command.script(BackupScripts.SEND, BackupScripts.STAGE_FOLDER, images), taken, wish.limit());
            } finally {
                taken.close();
            }
            if (!sent.ok()) {
                throw Failure.of(
                        ExitCode.NOT_AS_ASKED,
                        execution.server().name() + ": the backup could not be read: "
                                + sent.err().strip());
            }
            return writing.get();
        } catch (ExecutionException e) {
            throw Failure.failed("the backup cannot be written: " + e.getCause())
                    .because(e);
        } catch (IOException e) {
            throw Failure.failed("the backup cannot be written: " + e.getMessage())
                    .because(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.of(ExitCode.INTERRUPTED, "interrupted while making a backup");
        }
    }

    /** The copies hold secrets; the next backup clears them too when this cannot. */
    private static void clear(Execution execution) {
        try {
            execution.server().runAsRoot(Command.of("rm", "-rf", BackupScripts.STAGE_FOLDER), SHORT);
        } catch (Failure unreachable) {
            execution.progress("the copies in " + BackupScripts.STAGE_FOLDER + " are cleared by the next backup");
        }
    }

    @Override
    public void verify(Execution execution) {
        // The end of the archive and its checksums were seen when it was written.
    }
}
