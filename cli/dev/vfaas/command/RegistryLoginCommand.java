package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.Environment;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.image.registry.Credential;
import dev.vfaas.image.registry.CredentialFiles;
import dev.vfaas.image.registry.KeptLogins;
import dev.vfaas.image.registry.Registries;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas registry login}. */
@Command(
        name = "login",
        description = "Give the gateway, or this machine, a login for a registry, or replace the one it has",
        footer = {
            "",
            "Functions deployed from then on whose image names the registry are pulled with it; whether the registry takes it shows"
                    + " when the first one is. A login that can only read is enough.",
            "With --local it is this machine that gets the login, for vfaas build and push: it is tried, and kept where docker and"
                    + " podman keep theirs.",
            "",
            "Examples:",
            "  vfaas registry login registry.example.com -u deploy --password-stdin < password.txt",
            "  vfaas registry login registry.example.com -u me --local",
            "  vfaas registry login 10.0.0.5:5000 -u deploy -n staging"
        })
final class RegistryLoginCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "REGISTRY", description = "host, with a port if images name one")
    String registry = "";

    @Option(
            names = {"-u", "--username"},
            paramLabel = "NAME",
            required = true,
            description = "user of the registry")
    String user = "";

    @Option(
            names = {"-s", "--password-stdin"},
            description = "read the password from standard input")
    boolean passwordStdin;

    @Option(names = "--local", description = "give it to this machine, for build and push, and not to the gateway")
    boolean local;

    @Option(names = "--insecure", description = "with --local: speak plain http with the registry")
    boolean insecure;

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    RegistryLoginCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Console console = session.console();
        String password = passwordStdin
                ? new String(console.input().readAllBytes(), StandardCharsets.UTF_8).strip()
                : console.promptHidden("Password of " + user + " at " + registry, "--password-stdin");
        if (password.isEmpty()) {
            throw Failure.usage("the password is empty")
                    .next("vfaas registry login " + registry + " -u " + user + " --password-stdin < FILE");
        }
        if (local) {
            keep(Secret.of(password));
            return ExitCode.OK.code();
        }
        if (insecure) {
            throw Failure.usage("--insecure is for --local: how a server's nodes reach a registry is a matter of their"
                            + " registries.yaml")
                    .next("leave --insecure out");
        }
        OpenFaas client = gateway.client(session, stack);
        try {
            client.registryLogin(registry, gateway.namespace, user, Secret.of(password));
        } catch (GatewayException e) {
            throw RegistryListCommand.explain(e);
        }
        console.info("the " + client.named() + " pulls from " + registry + " as " + user);
        return ExitCode.OK.code();
    }

    private void keep(Secret password) throws InterruptedException {
        Environment environment = session.environment();
        Registries registries = new Registries(
                new CredentialFiles(environment.variables(), environment.home()),
                null,
                null,
                null,
                insecure,
                Images.trust(environment));
        if (!registries.login(registry, new Credential.Basic(user, password)).takesLogin()) {
            throw Failure.of(
                            ExitCode.AUTHENTICATION,
                            registry + " refuses the user name " + user + " with this password; nothing was kept")
                    .next("vfaas registry login " + registry + " --local -u USER");
        }
        String where = new KeptLogins(environment.variables(), environment.home()).keep(registry, user, password);
        session.console().info(registry + " takes the login; it is kept in " + where + " for vfaas build and push");
    }
}
