package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.context.Destination;
import dev.vfaas.image.BuildReport;
import dev.vfaas.image.FunctionBuild;
import dev.vfaas.image.Platform;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.stack.Stack;
import dev.vfaas.stack.StackFunction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas up}. */
@Command(
        name = "up",
        description = {
            "Build, push and deploy the functions of the stack file, and wait until they serve",
            "With HOST: set up that server over SSH"
        },
        footer = {
            "",
            "Without a gateway to go to, the gateway of this machine is started first.",
            "JSON: [{name, image, status, replicas, url, error}]",
            "JSON with HOST: one object an event, a line each: {host, event, ...}",
            "",
            "Examples:",
            "  vfaas up",
            "  vfaas up --filter hello --gateway https://gateway.example.com",
            "  vfaas up -f services/stack.yml --tag sha",
            "  vfaas up root@203.0.113.10 --stack none --dry-run"
        })
final class UpCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            paramLabel = "HOST",
            arity = "0..1",
            description = "a server: [user@]name[:port], or a Host of ~/.ssh/config")
    @Nullable
    String server;

    @Option(names = "--skip-push", description = "do not push the images")
    boolean skipPush;

    @Option(names = "--skip-deploy", description = "do not deploy the functions")
    boolean skipDeploy;

    @Option(names = "--publish", hidden = true, description = "accepted, does nothing: images are always pushed")
    boolean publish;

    @Mixin
    BuildOptions build = new BuildOptions();

    @Mixin
    DeployOptions deploy = new DeployOptions();

    @Mixin
    ServerUpOptions up = new ServerUpOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    UpCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (server != null) {
            return new ServerUp(session, up, output).run(server);
        }
        if (up.given()) {
            throw Failure.usage("an option that sets up a server was given, but no server")
                    .next("vfaas up HOST, or leave the option out");
        }
        Stack file = stack.require(session);
        Destination destination = new GatewayInReach(session).reach(gateway.destination(session, () -> file));
        OpenFaas client = gateway.client(session, destination);
        Images images = new Images(session, build, destination, gateway.credentials(session, destination));
        Platform platform = Images.defaultPlatform(session, build, destination, () -> client);
        CommunityGuard guard = new CommunityGuard(session, client, file);
        if (!skipDeploy) {
            guard.fields(named(file));
        }
        List<FunctionBuild> functions = images.builds(file, platform);
        BuildReport report = images.build(functions, !skipPush, null);
        report.orThrow();
        if (skipDeploy) {
            output.show(session.console(), BuildCommand.view(report));
            return ExitCode.OK.code();
        }
        List<FunctionDeployment> wanted = wanted(file, report, images, platform);
        guard.images(wanted);
        return new Rollouts(session, client, deploy.rollout()).run(wanted, output);
    }

    /** What is going to be deployed, with the images' names as they stand in the file. */
    private List<FunctionDeployment> named(Stack file) {
        Deployments deployments = new Deployments(deploy, gateway.namespace);
        return file.functions().values().stream()
                .map(function -> deployments.of(file, function, function.image()))
                .toList();
    }

    private List<FunctionDeployment> wanted(Stack file, BuildReport report, Images images, Platform platform) {
        Map<String, String> built = new LinkedHashMap<>();
        report.built()
                .forEach(result -> built.put(result.function(), result.image().toString()));
        Deployments deployments = new Deployments(deploy, gateway.namespace);
        List<FunctionDeployment> wanted = new ArrayList<>();
        for (StackFunction function : file.functions().values()) {
            String image = built.get(function.name());
            wanted.add(deployments.of(
                    file,
                    function,
                    image != null
                            ? image
                            : images.stackBuilds(platform).image(file, function).toString()));
        }
        return wanted;
    }
}
