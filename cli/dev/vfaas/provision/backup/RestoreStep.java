package dev.vfaas.provision.backup;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.backup.ArchiveReader.Checked;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Upload;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Puts the data of a backup below a K3s that has not been started, or is stopped for it. */
final class RestoreStep implements Step {
    static final String ID = "restore";
    /** Where the state keeps which backup was put back. */
    private static final String DONE = "restore.done";

    private static final Duration LOOK = Duration.ofSeconds(60);
    private static final Duration UNPACK = Duration.ofMinutes(30);

    private final Checked backup;
    private final Duration limit;
    private final boolean again;

    /**
     * @param limit how long sending may take
     * @param again put it back even where it was put back before
     */
    RestoreStep(Checked backup, Duration limit, boolean again) {
        this.backup = backup;
        this.limit = limit;
        this.again = again;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Phase phase() {
        return Phase.K3S;
    }

    @Override
    public String title() {
        return "putting back the data of " + backup.manifest().created();
    }

    @Override
    public List<Change> plan(Planning planning) {
        boolean done =
                planning.state().value(DONE).map(backup.manifest().id()::equals).orElse(false);
        return done && !again && !planning.interrupted(ID)
                ? List.of()
                : List.of(new Change.OfAction("put back datastore, keys, volumes and images of "
                        + backup.manifest().host() + " of " + backup.manifest().created()));
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        send(execution);
        execution.progress(title());
        Completed put = execution.attempt(
                Command.script(
                        RestoreScripts.PUT_BACK,
                        RestoreScripts.ARCHIVE,
                        backup.sha256(),
                        RestoreScripts.STAGE_FOLDER,
                        backup.manifest().fact("datastore")),
                UNPACK);
        if (!put.ok()) {
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            execution.server().name()
                                    + (put.exitCode() == RestoreScripts.WRONG_SUM
                                            ? ": the backup arrived with another checksum: "
                                            : ": the backup could not be put back (exit " + put.exitCode() + "): ")
                                    + put.err().strip())
                    .next("the same command again");
        }
        execution.remember(DONE, backup.manifest().id());
    }

    /** A file that arrived whole in an earlier try is not sent again. */
    private void send(Execution execution) {
        Completed there = execution.attempt(
                Command.script("[ ! -f \"$1\" ] || sha256sum < \"$1\"", RestoreScripts.ARCHIVE), LOOK);
        if (there.ok() && there.out().startsWith(backup.sha256())) {
            return;
        }
        try {
            Upload upload = Upload.file(backup.file(), RestoreScripts.ARCHIVE, 0600);
            long size = Math.max(1, upload.size());
            long[] told = {0};
            execution
                    .server()
                    .upload(
                            upload,
                            sent -> {
                                long tenths = sent * 10 / size;
                                if (tenths > told[0]) {
                                    told[0] = tenths;
                                    execution.progress("uploading the backup " + tenths * 10 + " %");
                                }
                            },
                            limit);
        } catch (IOException e) {
            throw Failure.failed("cannot read " + backup.file() + ": " + e).because(e);
        }
    }

    @Override
    public void verify(Execution execution) {
        // Checksums were compared; what K3s makes of the data, the next steps see.
    }
}
