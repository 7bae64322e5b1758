package dev.vfaas.command;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which K3s is set up on a server, and where its files come from. */
final class K3sUpOptions {
    @Option(
            names = "--k3s",
            paramLabel = "VERSION",
            description =
                    "the version of K3s (default: the newest this version of vfaas knows that the server can run)")
    @Nullable
    String version;

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

    @Option(
            names = "--tls-san",
            paramLabel = "NAME",
            split = ",",
            description = "addresses and names the API server's certificate holds (default: HOST's)")
    List<String> names = new ArrayList<>();

    /** Whether one was given. */
    boolean given() {
        return version != null || mirror != null || airgap != null || !names.isEmpty();
    }
}
