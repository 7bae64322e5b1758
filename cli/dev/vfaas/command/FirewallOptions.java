package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.provision.firewall.FirewallWish;
import dev.vfaas.provision.firewall.FirewallWish.Mode;
import dev.vfaas.provision.firewall.OpenPort;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a server lets in. */
final class FirewallOptions {
    @Option(
            names = "--firewall",
            negatable = true,
            fallbackValue = "true",
            description = {
                "let in SSH, the cluster's own traffic and, with --domain, 80 and 443, and nothing else; stays until --no-firewall",
                "The host takes new rules back by itself unless a new SSH connection works."
            })
    @Nullable
    Boolean firewall;

    @Option(
            names = "--allow-port",
            paramLabel = "PORT[/udp][@NET]",
            split = ",",
            description = "with --firewall: let in this port too; replaces those allowed before; none for none")
    @Nullable
    List<String> allow;

    @Option(
            names = "--firewall-patience",
            paramLabel = "TIME",
            description =
                    "how long the host waits for a new SSH connection before it takes new rules back (default: 60s)")
    Duration patience = FirewallWish.PATIENCE;

    /** Whether one was given. */
    boolean given() {
        return firewall != null || allow != null || !patience.equals(FirewallWish.PATIENCE);
    }

    /** @param world whether 80 and 443 shall face the world; empty when nothing was said about it */
    FirewallWish wish(Optional<Boolean> world) {
        if (patience.toSeconds() < 3) {
            throw Failure.usage("--firewall-patience: at least 3s, so that there is time for a new connection");
        }
        Mode mode = firewall == null ? Mode.KEEP : firewall ? Mode.ON : Mode.OFF;
        return new FirewallWish(
                mode,
                Optional.ofNullable(allow).map(FirewallOptions::ports),
                new TreeSet<>(),
                new TreeSet<>(),
                world,
                patience);
    }

    private static List<OpenPort> ports(List<String> texts) {
        return texts.equals(List.of("none"))
                ? List.of()
                : texts.stream().map(OpenPort::parse).toList();
    }
}
