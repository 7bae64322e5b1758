package dev.vfaas.provision.k3s;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Upload;
import java.io.IOException;
import java.time.Duration;

/**
 * Puts files of a release on a host. The host fetches big ones itself; when it has no way out, this machine fetches and uploads them. What is moved
 * into place has the checksum of the release's list.
 */
final class Transfers {
    private static final Duration FETCH_DEADLINE = Duration.ofMinutes(10);
    private static final Duration LIST_DEADLINE = Duration.ofSeconds(60);
    private static final int UNREACHABLE = 61;
    private static final int WRONG_SUM = 62;

    /** $1 URL, $2 destination, $3 mode, $4 checksum or nothing; prints the checksum of what came. */
    private static final String FETCH = """
            set -e; umask 022
            new=$2.vfaas-new
            mkdir -p "${2%/*}"
            if command -v curl >/dev/null; then
              curl -fsSL --connect-timeout 10 --speed-limit 1000 --speed-time 30 --retry 2 -o "$new" "$1" || { rm -f "$new"; exit 61; }
            elif command -v wget >/dev/null; then
              wget -q -T 30 -t 3 -O "$new" "$1" || { rm -f "$new"; echo "wget could not fetch $1" >&2; exit 61; }
            else
              echo 'neither curl nor wget is there' >&2; exit 61
            fi
            sum=$(sha256sum < "$new" | cut -c1-64); echo "$sum"
            if [ -n "$4" ] && [ "$sum" != "$4" ]; then rm -f "$new"; exit 62; fi
            chown root:root "$new"; chmod "$3" "$new"; sync "$new" 2>/dev/null || true; mv -f "$new" "$2"
            """;

    private static final String LIST =
            "if command -v curl >/dev/null; then curl -fsSL --connect-timeout 10 -m 50 \"$1\"; else wget -q -T 30 -O - \"$1\"; fi";

    private final Origin origin;
    private final Release release;
    private final ReleaseFiles here;

    Transfers(Origin origin, Release release, ReleaseFiles here) {
        this.origin = origin;
        this.release = release;
        this.here = here;
    }

    /** The sum the file must have; empty for the install script when it is not pinned, since no list names it. */
    String wanted(Artefact artefact, Architecture architecture, Execution execution) {
        if (!artefact.listed()) {
            return release.sum(artefact.file()).orElse("");
        }
        try {
            return here.sum(origin, release, architecture, artefact);
        } catch (ReleaseFiles.Unreachable e) {
            String url = origin.url(release.version(), architecture.sums());
            Completed list = execution.attempt(Command.script(LIST, url), LIST_DEADLINE);
            if (!list.ok()) {
                throw unreachable(architecture.sums(), String.valueOf(e.getMessage()), list.err());
            }
            return ReleaseFiles.sum(list.out(), url, release, artefact);
        }
    }

    /** Puts the file in place and records it; returns its sum. */
    String put(Artefact artefact, String sha256, Execution execution) {
        String sum = origin instanceof Origin.Airgap || !artefact.listed()
                ? fromHere(artefact, sha256, execution)
                : fromThere(artefact, sha256, execution);
        execution.record(artefact.path(), sum, artefact.mode());
        return sum;
    }

    private String fromThere(Artefact artefact, String sha256, Execution execution) {
        Completed completed = fetch(artefact, sha256, execution);
        if (completed.exitCode() != UNREACHABLE) {
            return completed.out().strip();
        }
        execution.progress("the server has no way to the release; uploading " + artefact.file() + " from this machine");
        try {
            return upload(artefact, sha256, execution);
        } catch (ReleaseFiles.Unreachable e) {
            throw unreachable(artefact.file(), String.valueOf(e.getMessage()), completed.err());
        }
    }

    private String fromHere(Artefact artefact, String sha256, Execution execution) {
        try {
            return upload(artefact, sha256, execution);
        } catch (ReleaseFiles.Unreachable e) {
            Completed completed = fetch(artefact, sha256, execution);
            if (completed.exitCode() == UNREACHABLE) {
                throw unreachable(artefact.file(), String.valueOf(e.getMessage()), completed.err());
            }
            return completed.out().strip();
        }
    }

    private Completed fetch(Artefact artefact, String sha256, Execution execution) {
        String url = origin.url(release.version(), artefact.file());
        execution.progress("fetching " + url);
        Completed completed = execution.attempt(
                Command.script(FETCH, url, artefact.path(), String.format("%04o", artefact.mode()), sha256),
                FETCH_DEADLINE);
        if (completed.exitCode() == WRONG_SUM) {
            throw ReleaseFiles.mismatch(url, sha256, completed.out());
        }
        if (!completed.ok() && completed.exitCode() != UNREACHABLE) {
            throw Failure.of(
                    ExitCode.NOT_AS_ASKED,
                    execution.server().name() + ": " + artefact.path() + " could not be put in place (exit "
                            + completed.exitCode() + "): " + completed.err().strip());
        }
        return completed;
    }

    private String upload(Artefact artefact, String sha256, Execution execution) throws ReleaseFiles.Unreachable {
        ReleaseFiles.Local local = here.file(origin, release.version(), artefact.file(), sha256);
        String folder = artefact.path().substring(0, artefact.path().lastIndexOf('/'));
        execution.run(Command.script("umask 022; mkdir -p \"$1\"", folder), LIST_DEADLINE);
        try {
            execution.upload(
                    Upload.file(local.path(), artefact.path(), artefact.mode()), local.sha256(), FETCH_DEADLINE);
        } catch (IOException e) {
            throw Failure.failed("cannot read " + local.path() + ": " + e).because(e);
        }
        return local.sha256();
    }

    private Failure unreachable(String file, String here, String there) {
        return Failure.failed(file + " of K3s " + release.version() + " can be had neither by this machine (" + here
                        + ") nor by the server (" + there.strip() + ")")
                .next("give --mirror URL or --airgap DIR, or check the version: --k3s VERSION");
    }
}
