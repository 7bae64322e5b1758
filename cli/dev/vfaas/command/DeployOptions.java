package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Rollout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How functions are deployed; mixed into deploy and up. */
final class DeployOptions {
    @Option(
            names = {"-e", "--env"},
            paramLabel = "K=V",
            description = "environment variable; repeat it for more")
    List<String> environment = new ArrayList<>();

    @Option(
            names = {"-l", "--label"},
            paramLabel = "K=V",
            description = "label; repeat it for more")
    List<String> labels = new ArrayList<>();

    @Option(names = "--annotation", paramLabel = "K=V", description = "annotation; repeat it for more")
    List<String> annotations = new ArrayList<>();

    @Option(names = "--secret", paramLabel = "NAME", description = "secret the function may read; repeat it for more")
    List<String> secrets = new ArrayList<>();

    @Option(names = "--constraint", paramLabel = "K=V", description = "where replicas may run; repeat it for more")
    List<String> constraints = new ArrayList<>();

    @Option(names = "--readonly", description = "the function's files cannot be written, but for /tmp")
    boolean readonly;

    @Option(names = "--replace", description = "remove a function that exists first; it is not served meanwhile")
    boolean replace;

    @Option(
            names = "--update",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOL",
            description = "update a function that exists without a gap (default: true)")
    @Nullable
    Boolean update;

    @Option(names = "--no-wait", description = "do not wait until the new version serves")
    boolean noWait;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            description = "how long to wait until it serves (default: 1m)")
    Duration timeout = Duration.ofMinutes(1);

    @Option(
            names = {"--network", "--read-template"},
            arity = "0..1",
            fallbackValue = "",
            hidden = true,
            description = "accepted, does nothing")
    String ignored = "";

    Rollout.Options rollout() {
        if (replace && Boolean.TRUE.equals(update)) {
            throw Failure.usage("--replace and --update exclude each other");
        }
        return new Rollout.Options(replace, !noWait, timeout);
    }
}
