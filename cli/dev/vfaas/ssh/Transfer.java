package dev.vfaas.ssh;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import net.schmizz.sshj.sftp.FileAttributes;
import net.schmizz.sshj.sftp.OpenMode;
import net.schmizz.sshj.sftp.RemoteFile;
import net.schmizz.sshj.sftp.Response;
import net.schmizz.sshj.sftp.SFTPEngine;
import net.schmizz.sshj.sftp.SFTPException;
import org.jspecify.annotations.Nullable;

/** One file on its way, over as many connections as it takes. */
final class Transfer {
    /** Without any progress for this long, the connection is taken for dead. */
    private static final Duration STALL = Duration.ofSeconds(20);

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int BUFFER = 32 * 1024;
    private static final int UNCONFIRMED = 32;

    private final SshServer server;
    private final Uploads uploads;
    private final Upload upload;
    private final @Nullable LongConsumer progress;
    private final UploadPaths paths;
    private final Deadline deadline;
    private final AtomicLong moved = new AtomicLong();
    private boolean started;
    /** Whether all is sent and the server is at work on it: sudo may take long to copy a big file. */
    private volatile boolean installing;

    private int drops;

    Transfer(
            SshServer server,
            Uploads uploads,
            Upload upload,
            @Nullable LongConsumer progress,
            Privilege privilege,
            String random,
            Deadline deadline) {
        this.server = server;
        this.uploads = uploads;
        this.upload = upload;
        this.progress = progress;
        this.paths = new UploadPaths(upload.destination(), privilege instanceof Privilege.Root, random);
        this.deadline = deadline;
    }

    void run() {
        try {
            untilDone();
        } catch (Failure failure) {
            clean();
            throw failure;
        }
    }

    private void untilDone() {
        while (true) {
            FutureTask<Void> work = new FutureTask<>(() -> {
                transfer();
                return null;
            });
            Thread.ofVirtual().name("ssh-upload").start(work);
            try {
                await(work);
                return;
            } catch (IOException broken) {
                uploads.drop();
                if (deadline.passed()) {
                    throw late(broken);
                }
                pause(Math.min(++drops, 5));
            }
        }
    }

    /** Waits while there is progress; an {@link IOException} when the connection broke or stands still. */
    private void await(FutureTask<Void> work) throws IOException {
        long seen = -1;
        long since = System.nanoTime();
        while (true) {
            try {
                work.get(Math.min(PAUSE.toMillis(), deadline.left().toMillis()), TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException still) {
                if (deadline.passed()) {
                    throw new IOException("the deadline passed", still);
                }
                if (installing || seen != moved.get()) {
                    seen = moved.get();
                    since = System.nanoTime();
                } else if (System.nanoTime() - since > STALL.toNanos()) {
                    throw new IOException("nothing was sent for " + STALL.toSeconds() + " s", still);
                }
            } catch (ExecutionException e) {
                switch (Objects.requireNonNullElse(e.getCause(), e)) {
                    case Failure failure
                    when !(failure.getCause() instanceof ConnectionLost) -> {
                        if (failure.exitCode() != ExitCode.TIMED_OUT || failure.getCause() instanceof ServerGone) {
                            throw failure;
                        }
                        throw new IOException(failure.text(), failure);
                    }
                    case SFTPException refused
                    when refused.getStatusCode() != Response.StatusCode.UNKNOWN
                            && refused.getStatusCode() != Response.StatusCode.CONNECITON_LOST
                            && refused.getStatusCode() != Response.StatusCode.NO_CONNECTION -> throw refused(refused);
                    case IOException broken -> throw broken;
                    case RuntimeException bug when !(bug instanceof Failure) -> throw bug;
                    case Throwable other -> throw new IOException(other);
                }
            } catch (InterruptedException e) {
                uploads.drop();
                Thread.currentThread().interrupt();
                throw Failure.of(ExitCode.INTERRUPTED, "interrupted while uploading " + upload.destination());
            }
        }
    }

    private void transfer() throws IOException {
        installing = false;
        SFTPEngine sftp = uploads.engine();
        long offset = sizeSoFar(sftp);
        if (!paths.root() && !started) {
            makePrivateFolder(sftp);
        }
        EnumSet<OpenMode> how = started
                ? EnumSet.of(OpenMode.WRITE)
                : drops == 0
                        ? EnumSet.of(OpenMode.WRITE, OpenMode.CREAT, OpenMode.EXCL)
                        : EnumSet.of(OpenMode.WRITE, OpenMode.CREAT, OpenMode.TRUNC);
        FileAttributes secret =
                new FileAttributes.Builder().withPermissions(0600).build();
        RemoteFile file = sftp.open(paths.written(), how, started ? FileAttributes.EMPTY : secret);
        started = true;
        try {
            send(file, Math.min(offset, upload.size()));
        } catch (IOException | RuntimeException e) {
            closeQuietly(file);
            throw e;
        }
        file.close();
        if (sftp.stat(paths.written()).getSize() != upload.size()) {
            throw Failure.failed("the size of " + upload.destination() + " changed while it was uploaded")
                    .next("try again");
        }
        installing = true;
        new Installation(server, upload, paths, deadline).run(sftp);
    }

    /** What has arrived. When the file is gone, the answer to its last move was lost: it is sent once more. */
    private long sizeSoFar(SFTPEngine sftp) throws IOException {
        if (!started) {
            return 0;
        }
        try {
            return sftp.stat(paths.written()).getSize();
        } catch (SFTPException e) {
            if (e.getStatusCode() != Response.StatusCode.NO_SUCH_FILE) {
                throw e;
            }
            started = false;
            return 0;
        }
    }

    private void makePrivateFolder(SFTPEngine sftp) throws IOException {
        try {
            sftp.makeDir(
                    paths.privateFolder(),
                    new FileAttributes.Builder().withPermissions(0700).build());
        } catch (SFTPException exists) {
            // The connection may have dropped right after it was made; its name is nobody else's.
            if (drops == 0) {
                throw exists;
            }
        }
    }

    /** Takes the temporary file away again, as far as the connection still allows. */
    private void clean() {
        SFTPEngine current = uploads.liveEngine();
        if (current == null) {
            return;
        }
        try {
            current.remove(paths.written());
        } catch (IOException gone) {
            // It may never have been there.
        }
        try {
            if (!paths.root()) {
                current.removeDir(paths.privateFolder());
            }
        } catch (IOException gone) {
            // Neither may this.
        }
    }

    private void send(RemoteFile file, long offset) throws IOException {
        byte[] buffer = new byte[BUFFER];
        // Not closed by try: sshj throws one and the same exception from write and close, which Java cannot
        // combine.
        OutputStream out = file.new RemoteFileOutputStream(offset, UNCONFIRMED);
        try (InputStream in = upload.content().open()) {
            in.skipNBytes(offset);
            long sent = offset;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                sent += n;
                moved.set(sent);
                if (progress != null) {
                    progress.accept(sent);
                }
            }
        }
        out.flush();
    }

    private static void closeQuietly(RemoteFile file) {
        try {
            file.close();
        } catch (IOException | RuntimeException gone) {
            // The first exception tells what happened.
        }
    }

    private void pause(int seconds) {
        try {
            Thread.sleep(Math.min(seconds * 1000L, deadline.left().toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.of(ExitCode.INTERRUPTED, "interrupted while uploading " + upload.destination());
        }
    }

    private Failure refused(SFTPException e) {
        String why = e.getStatusCode() == Response.StatusCode.NO_SUCH_FILE
                ? "the folder " + paths.folder() + " does not exist"
                : e.getMessage() + " (" + e.getStatusCode() + ")";
        return Failure.failed("cannot write " + upload.destination() + " on " + server.name() + ": " + why)
                .because(e)
                .next("check the folder, free disk space and inodes on the server");
    }

    private Failure late(IOException why) {
        return Failure.of(
                        ExitCode.TIMED_OUT,
                        upload.destination() + " could not be uploaded to " + server.name() + " within "
                                + deadline.of().toSeconds() + " s (" + moved.get() + " of " + upload.size()
                                + " bytes): "
                                + why.getMessage())
                .because(why)
                .next("check the network to the server and try again");
    }
}
