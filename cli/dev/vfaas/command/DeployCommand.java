package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.image.Platform;
import dev.vfaas.image.StackBuilds;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.openfaas.Resources;
import dev.vfaas.stack.Stack;
import dev.vfaas.stack.StackFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vfaas deploy}. */
@Command(
        name = "deploy",
        description = "Deploy functions whose images are built and pushed, and wait until they serve",
        footer = {
            "",
            "JSON: [{name, image, status, replicas, url, error}]",
            "Exit code 7 when a function was accepted but does not come to serve.",
            "",
            "Examples:",
            "  vfaas deploy                                      all functions of stack.yml",
            "  vfaas deploy --filter hello --env LEVEL=debug",
            "  vfaas deploy --name hello --image registry.example.com/hello:1.2"
        })
final class DeployCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--name", paramLabel = "NAME", description = "the function, when there is no stack file")
    @Nullable
    String name;

    @Option(names = "--image", paramLabel = "IMAGE", description = "its image")
    @Nullable
    String image;

    @Option(names = "--fprocess", paramLabel = "PROCESS", description = "its process, in place of the image's")
    @Nullable
    String process;

    @Option(
            names = "--tag",
            paramLabel = "MODE",
            description =
                    "the --tag the images were built with: latest, sha, branch, describe or digest (default: latest)")
    String tag = "latest";

    @Option(names = "--cpu-limit", paramLabel = "CPU", description = "for example 500m")
    @Nullable
    String cpuLimit;

    @Option(names = "--memory-limit", paramLabel = "MEMORY", description = "for example 128Mi")
    @Nullable
    String memoryLimit;

    @Option(names = "--cpu-request", paramLabel = "CPU", description = "for example 100m")
    @Nullable
    String cpuRequest;

    @Option(names = "--memory-request", paramLabel = "MEMORY", description = "for example 64Mi")
    @Nullable
    String memoryRequest;

    @Option(
            names = {"--handler", "--lang"},
            hidden = true,
            description = "accepted, does nothing")
    @Nullable
    String ignored;

    @Mixin
    DeployOptions deploy = new DeployOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    DeployCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        Deployments deployments = new Deployments(deploy, gateway.namespace);
        if (name != null || image != null) {
            FunctionDeployment one = single(deployments);
            OpenFaas client = gateway.client(session, gateway.destination(session, () -> null));
            return run(client, List.of(one), null);
        }
        Stack file = stack.require(session);
        StackBuilds images = images();
        List<FunctionDeployment> all = new ArrayList<>();
        for (StackFunction function : file.functions().values()) {
            all.add(deployments.of(file, function, images.image(file, function).toString()));
        }
        OpenFaas client = gateway.client(session, gateway.destination(session, () -> file));
        return run(client, all, file);
    }

    private int run(OpenFaas client, List<FunctionDeployment> functions, @Nullable Stack file)
            throws InterruptedException {
        Rollouts rollouts = new Rollouts(session, client, deploy.rollout());
        CommunityGuard guard = new CommunityGuard(session, client, file);
        guard.fields(functions);
        guard.images(functions);
        return rollouts.run(functions, output);
    }

    /** What names the images as the build named them. */
    private StackBuilds images() {
        BuildOptions build = new BuildOptions();
        build.tag = tag;
        return new StackBuilds(
                new BuildCache(session.environment().cacheDirectory().resolve("build")),
                build.of(Platform.LINUX_AMD64));
    }

    private FunctionDeployment single(Deployments deployments) {
        if (name == null || image == null) {
            throw Failure.usage("--name and --image go together");
        }
        return deployments.of(
                name, image, process, resources(memoryLimit, cpuLimit), resources(memoryRequest, cpuRequest));
    }

    private static @Nullable Resources resources(@Nullable String memory, @Nullable String cpu) {
        return memory == null && cpu == null ? null : new Resources(memory, cpu);
    }
}
