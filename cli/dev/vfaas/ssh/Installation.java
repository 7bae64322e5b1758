package dev.vfaas.ssh;

import dev.vfaas.console.Failure;
import java.io.IOException;
import java.util.EnumSet;
import net.schmizz.sshj.sftp.FileAttributes;
import net.schmizz.sshj.sftp.RenameFlags;
import net.schmizz.sshj.sftp.SFTPEngine;

/** The last part of an upload: an uploaded file gets its mode and owner and is moved to its destination. */
final class Installation {
    private final SshServer server;
    private final Upload upload;
    private final UploadPaths paths;
    private final Deadline deadline;

    Installation(SshServer server, Upload upload, UploadPaths paths, Deadline deadline) {
        this.server = server;
        this.upload = upload;
        this.paths = paths;
        this.deadline = deadline;
    }

    /** Sets mode and owner, then moves; a Failure when the server refuses, exit 6 at the deadline. */
    void run(SFTPEngine sftp) throws IOException {
        boolean plain = paths.root()
                && upload.owner().equals("root:root")
                && sftp.supportsServerExtension("posix-rename", "openssh.com");
        if (plain) {
            sftp.setAttributes(
                    paths.written(),
                    new FileAttributes.Builder()
                            .withUIDGID(0, 0)
                            .withPermissions(upload.mode())
                            .build());
            sftp.rename(paths.written(), upload.destination(), EnumSet.of(RenameFlags.OVERWRITE));
            return;
        }
        // chown before chmod: it takes away set-user-ID bits.
        String script = paths.root()
                ? "chown \"$3\" \"$1\" && chmod \"$4\" \"$1\" && mv -fT \"$1\" \"$2\""
                : "t=$5; trap 'rm -f \"$t\"' EXIT; (umask 077; cat \"$1\" >\"$t\") && chown \"$3\" \"$t\" && chmod \"$4\" \"$t\""
                        + " && mv -fT \"$t\" \"$2\" && rm -rf \"$6\"";
        Completed done = server.asRoot(
                Command.script(
                        script,
                        paths.written(),
                        upload.destination(),
                        upload.owner(),
                        String.format("%04o", upload.mode()),
                        paths.beside(),
                        paths.privateFolder()),
                null,
                deadline);
        if (!done.ok()) {
            throw Failure.failed("cannot put " + upload.destination() + " in place on " + server.name() + ": "
                    + done.err().strip());
        }
    }
}
