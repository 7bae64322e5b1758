package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.provision.k3s.Origin;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the files of K3s come from; mixed into every command that may put a K3s on a server. */
final class K3sSourceOptions {
    @Option(
            names = "--mirror",
            paramLabel = "URL",
            description = "take K3s from URL/VERSION/k3s, not from K3s's own releases")
    @Nullable
    String mirror;

    @Option(
            names = "--airgap",
            paramLabel = "DIR",
            description = "upload K3s from a folder with k3s, install.sh, sha256sum-ARCH.txt and archives of images")
    @Nullable
    String airgap;

    /** Whether one was given. */
    boolean given() {
        return mirror != null || airgap != null;
    }

    /** What they say; a usage failure when they contradict each other or the folder is none. */
    Origin origin(Session session) {
        if (mirror != null && airgap != null) {
            throw Failure.usage("--mirror and --airgap exclude each other");
        }
        if (mirror != null) {
            return new Origin.Mirror(mirror);
        }
        if (airgap == null) {
            return new Origin.Official();
        }
        Path folder = session.environment().resolve(airgap);
        if (!Files.isDirectory(folder)) {
            throw Failure.usage("--airgap " + airgap + " is no folder");
        }
        return new Origin.Airgap(folder);
    }
}
