package dev.vfaas.command;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
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

    @Mixin
    K3sSourceOptions source = new K3sSourceOptions();

    @Option(
            names = "--tls-san",
            paramLabel = "NAME",
            split = ",",
            description = "addresses and names the API server's certificate holds (default: HOST's)")
    List<String> names = new ArrayList<>();

    /** That version, from there. */
    static K3sUpOptions of(String version, K3sSourceOptions source) {
        K3sUpOptions options = new K3sUpOptions();
        options.version = version;
        options.source = source;
        return options;
    }

    /** Whether one was given. */
    boolean given() {
        return version != null || source.given() || !names.isEmpty();
    }
}
