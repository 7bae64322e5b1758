package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.Fields;
import dev.vfaas.console.OutputFormat;
import dev.vfaas.console.View;
import dev.vfaas.context.Contexts.Context;
import dev.vfaas.context.Destination;
import dev.vfaas.image.BuildReport;
import dev.vfaas.image.FunctionBuild;
import dev.vfaas.image.Platform;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.Json;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.openfaas.Rollout;
import dev.vfaas.provision.stack.StackChoice;
import dev.vfaas.stack.Stack;
import dev.vfaas.stack.StackFunction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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
            "With HOST: set up that server over SSH; with -f too, then build, push and deploy there"
        },
        footer = {
            "",
            "Without a gateway to go to, the gateway of this machine is started first.",
            "JSON: [{name, image, status, replicas, url, error}]",
            "JSON with HOST: one object an event, a line each: {host, event, ...}",
            "Several HOSTs are independent servers, set up at the same time. Each goes on to its own end; the exit code is that of",
            "the failures when they all have the same, else 1.",
            "",
            "Examples:",
            "  vfaas up",
            "  vfaas up --filter hello --gateway https://gateway.example.com",
            "  vfaas up -f services/stack.yml --tag sha",
            "  vfaas up root@203.0.113.10 --stack none --dry-run",
            "  vfaas up root@203.0.113.10 -f stack.yml",
            "  vfaas up web1 web2 web3"
        })
final class UpCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            paramLabel = "HOST",
            arity = "0..*",
            description = "servers: [user@]name[:port], or a Host of ~/.ssh/config")
    List<String> servers = new ArrayList<>();

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
        if (!servers.isEmpty()) {
            return onServers();
        }
        if (up.given()) {
            throw Failure.usage("an option that sets up a server was given, but no server")
                    .next("vfaas up HOST, or leave the option out");
        }
        Stack file = stack.require(session);
        Destination destination = new GatewayInReach(session).reach(gateway.destination(session, () -> file));
        return functions(session, file, destination, view -> output.show(session.console(), view));
    }

    private int onServers() throws InterruptedException {
        if (gateway.gateway != null) {
            throw Failure.usage("--gateway and HOST exclude each other: a server's gateway is reached through SSH");
        }
        // Read before anything is changed anywhere.
        Stack file = stack.file == null ? null : stack.require(session);
        if (file != null && (up.prepareOnly || up.stack.stack == StackChoice.NONE)) {
            throw Failure.usage("-f has functions to deploy, but without a stack there is no gateway for them")
                    .next("leave out " + (up.prepareOnly ? "--prepare-only" : "--stack none") + ", or -f");
        }
        if (servers.size() == 1) {
            return onServer(session, servers.getFirst(), file);
        }
        SeveralHosts.requireDistinct(servers);
        up.login.requireFitForSeveral();
        return new SeveralHosts(session, json(), servers.size())
                .run(servers, (part, host) -> onServer(part, host, file));
    }

    private boolean json() {
        return output.json || output.format == OutputFormat.JSON;
    }

    private int onServer(Session part, String host, @Nullable Stack file) throws InterruptedException {
        int code = new ServerUp(part, up, output).run(host);
        if (file == null || up.dryRun || code != ExitCode.OK.code()) {
            return code;
        }
        Context context = up.login
                .context(part, host)
                .find()
                .orElseThrow(() -> Failure.of(
                                ExitCode.NOT_AS_ASKED,
                                host
                                        + " is set up, but no gateway there is known to this machine; nothing was deployed")
                        .next("vfaas up " + host + " --stack vfaas -f " + stack.file));
        Destination there = new Destination(context.gateway(), Destination.Origin.CONTEXT, context.route());
        return functions(part, file, there, view -> {
            if (json()) {
                part.console()
                        .result(new Json()
                                .write(Fields.of("host", host, "event", "functions", "functions", view.data())));
            } else {
                output.show(part.console(), view);
            }
        });
    }

    private int functions(Session session, Stack file, Destination destination, Consumer<View> show)
            throws InterruptedException {
        Rollout.Options rollout = deploy.rollout();
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
            show.accept(BuildCommand.view(report));
            return ExitCode.OK.code();
        }
        List<FunctionDeployment> wanted = wanted(file, report, images, platform);
        guard.images(wanted);
        return new Rollouts(session, client, rollout).run(wanted, show);
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
