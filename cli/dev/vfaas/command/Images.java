package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.Environment;
import dev.vfaas.console.Progress;
import dev.vfaas.context.Destination;
import dev.vfaas.context.EmbeddedGateway;
import dev.vfaas.context.SshRoute;
import dev.vfaas.image.BuildListener;
import dev.vfaas.image.BuildReport;
import dev.vfaas.image.BuildRequest;
import dev.vfaas.image.FunctionBuild;
import dev.vfaas.image.FunctionResult;
import dev.vfaas.image.ImageBuilder;
import dev.vfaas.image.ImagePusher;
import dev.vfaas.image.Platform;
import dev.vfaas.image.StackBuilds;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.Pruning;
import dev.vfaas.image.dockerfile.DockerfileBuild;
import dev.vfaas.image.registry.Credential;
import dev.vfaas.image.registry.CredentialFiles;
import dev.vfaas.image.registry.Registries;
import dev.vfaas.image.registry.Registry;
import dev.vfaas.image.registry.Trust;
import dev.vfaas.image.toolchain.Toolchains;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.GatewayUrl;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.stack.Stack;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** Builds and pushes for commands: towards one gateway, shown as progress, with what the tools said when a function fails. */
final class Images {
    /** A registry that stands for the default one, {@code host[:port]}: a mirror of Docker Hub, or a registry of one's own. */
    private static final String BASE_REGISTRY = "VFAAS_BASE_REGISTRY";

    private static final int LOG_LINES = 40;
    private static final int CONNECT_MILLIS = 2_000;

    private final Session session;
    private final BuildOptions options;
    private final BuildCache cache;
    private final Registries registries;
    private final GatewayUrl gateway;

    Images(Session session, BuildOptions options, Destination destination, Credentials credentials) {
        Environment environment = session.environment();
        this.session = session;
        this.options = options;
        this.gateway = destination.gateway();
        SshRoute route = destination.route();
        this.cache = new BuildCache(environment.cacheDirectory().resolve("build"));
        this.registries = new Registries(
                new CredentialFiles(environment.variables(), environment.home()),
                route != null || answers(session, gateway) ? store(gateway, credentials) : null,
                route == null ? null : () -> session.routes().open(route).sockets(),
                environment.get(BASE_REGISTRY),
                options.insecure,
                trust(environment));
    }

    /** Whose certificates registries may show. */
    static Trust trust(Environment environment) {
        String file = environment.get(Trust.VARIABLE);
        return file == null ? Trust.USUAL : new Trust(environment.resolve(file));
    }

    /** Whether something listens there; only asked of this machine, where an embedded gateway may just not be started. */
    private static boolean answers(Session session, GatewayUrl gateway) {
        if (!gateway.loopback() || embedded(session, gateway).isPresent()) {
            return true;
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(URI.create(gateway.text()).getHost(), port(gateway)), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Registry store(GatewayUrl gateway, Credentials credentials) {
        Credential credential = switch (credentials) {
            case Credentials.Basic(var user, var password) -> new Credential.Basic(user, password);
            case Credentials.Bearer(var token) -> new Credential.Bearer(token);
            case Credentials.None() -> null;
        };
        return new Registry(HttpUrl.get(gateway.text() + "/"), credential, true);
    }

    /** What a gateway runs when nothing else says it: this machine for an embedded one, linux/amd64 or linux/arm64 for others. */
    static Platform defaultPlatform(
            Session session, BuildOptions options, Destination destination, Supplier<OpenFaas> client) {
        if (!options.platforms.isEmpty()) {
            return Platform.LINUX_AMD64; // the option says it
        }
        if (destination.route() == null
                && embedded(session, destination.gateway()).isPresent()) {
            return Platform.ofHost();
        }
        try {
            var info = client.get().info();
            if (info.provider().orchestration().equals("process")) {
                return Platform.ofHost();
            }
            String arch = info.arch() == null ? "" : info.arch();
            return arch.contains("arm64") || arch.contains("aarch64") ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64;
        } catch (GatewayException e) {
            // Nobody to ask: on this machine an embedded gateway is what will be started.
            return destination.route() == null && destination.gateway().loopback()
                    ? Platform.ofHost()
                    : Platform.LINUX_AMD64;
        }
    }

    /** The embedded gateway of this user, if it runs and is the one at that URL. */
    static Optional<EmbeddedGateway.Running> embedded(Session session, GatewayUrl gateway) {
        return EmbeddedGateway.of(session.environment())
                .running()
                .filter(running -> gateway.loopback() && port(gateway) == running.port());
    }

    private static int port(GatewayUrl gateway) {
        URI uri = URI.create(gateway.text());
        return uri.getPort() >= 0 ? uri.getPort() : gateway.cleartext() ? 80 : 443;
    }

    /** The functions of a stack as functions to build. */
    List<FunctionBuild> builds(Stack stack, Platform defaultPlatform) {
        return stackBuilds(defaultPlatform).of(stack);
    }

    /** The adapter for stacks, for image names of functions that are not built. */
    StackBuilds stackBuilds(Platform defaultPlatform) {
        return new StackBuilds(cache, options.of(defaultPlatform));
    }

    /** The builder. */
    ImageBuilder builder() {
        Environment environment = session.environment();
        return new ImageBuilder(
                cache,
                registries,
                Toolchains.standard(environment),
                new DockerfileBuild(cache, environment),
                options.pull);
    }

    /** The pusher. */
    ImagePusher pusher() {
        return new ImagePusher(cache, registries);
    }

    /**
     * Builds, shows how it goes on, and prints the last lines of what failed. The caller decides what a failure means.
     *
     * @param push false to leave the images in the cache
     * @param archive an OCI layout to write instead, null for none
     */
    BuildReport build(List<FunctionBuild> builds, boolean push, @Nullable Path archive) throws InterruptedException {
        BuildRequest request = new BuildRequest(builds, push, archive, options.noCache, options.parallel);
        BuildReport report;
        Thread worker = Thread.currentThread();
        Runnable interrupt = () -> {
            worker.interrupt();
            session.console().linger(); // until what is half made is removed
        };
        try (Console.Cleanup _ = session.console().onInterrupt(interrupt)) {
            if (options.quiet) {
                report = builder().build(request, BuildListener.none());
            } else {
                try (Progress progress = session.console().progress()) {
                    report = builder().build(request, new Shown(progress));
                }
            }
        }
        report.failed().forEach(this::showLog);
        new Pruning(cache).ifDue();
        return report;
    }

    private void showLog(FunctionResult.Failed failed) {
        List<String> log = failed.log();
        if (!log.isEmpty()) {
            int from = Math.max(0, log.size() - LOG_LINES);
            List<String> lines = new ArrayList<>();
            lines.add("--- " + failed.function() + ": the last " + (log.size() - from) + " lines of its build");
            lines.addAll(log.subList(from, log.size()));
            lines.add("---");
            lines.forEach(session.console()::info);
        }
    }

    /** The gateway whose store takes images without a registry's name. */
    GatewayUrl gateway() {
        return gateway;
    }

    /** Bytes as people read them. */
    static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        return bytes < 1024 * 1024
                ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
                : String.format(Locale.ROOT, "%.1f MiB", bytes / (1024.0 * 1024));
    }

    /** A build as tasks of a progress display. */
    private static final class Shown implements BuildListener {
        private final Progress progress;
        private final Map<String, Progress.Task> tasks = new ConcurrentHashMap<>();

        Shown(Progress progress) {
            this.progress = progress;
        }

        private Progress.Task task(String function) {
            return tasks.computeIfAbsent(function, progress::task);
        }

        @Override
        public void step(String function, String what) {
            task(function).step(what);
        }

        @Override
        public void finished(FunctionResult result) {
            switch (result) {
                case FunctionResult.Built built -> task(built.function()).done(summary(built));
                case FunctionResult.Failed failed ->
                    task(failed.function())
                            .failed(failed.failure()
                                    .text()
                                    .strip()
                                    .lines()
                                    .findFirst()
                                    .orElse(""));
            }
        }

        private static String summary(FunctionResult.Built built) {
            return (built.cached() ? "unchanged, " : "built, ") + (built.pushed() ? "pushed " : "") + built.image();
        }
    }
}
