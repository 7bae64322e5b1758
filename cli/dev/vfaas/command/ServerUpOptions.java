package dev.vfaas.command;

import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of {@code vfaas up HOST} that mean nothing without a HOST. */
final class ServerUpOptions {
    @Mixin
    StackOptions stack = new StackOptions();

    @Option(names = "--dry-run", description = "with HOST: show what would change as a diff, change nothing")
    boolean dryRun;

    @Option(names = "--exit-code", description = "with --dry-run: exit 10 when changes are pending")
    boolean exitCode;

    @Option(
            names = "--lock-wait",
            paramLabel = "TIME",
            description = "with HOST: how long to wait while someone else changes the server (default: 0s)")
    Duration lockWait = Duration.ZERO;

    @Option(names = "--prepare-only", description = "with HOST: prepare the server, but set up no cluster")
    boolean prepareOnly;

    @Mixin
    DomainOptions domain = new DomainOptions();

    @Mixin
    FirewallOptions firewall = new FirewallOptions();

    @Mixin
    K3sUpOptions k3s = new K3sUpOptions();

    @Mixin
    ServerOptions login = new ServerOptions();

    /** Whether one was given that needs a HOST. */
    boolean given() {
        return stack.given()
                || dryRun
                || exitCode
                || !lockWait.isZero()
                || prepareOnly
                || domain.given()
                || firewall.given()
                || k3s.given()
                || login.given();
    }
}
