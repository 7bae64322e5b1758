package dev.vfaas.provision.gateway;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The Secret {@code vfaas/queue}: the address of the NATS server that gateways share. It goes to the server on standard input and is shown nowhere. */
final class QueueSecret {
    /** Prints {@code queue} and the beginning of the sum of the address there is. For {@link ObjectsStep}. */
    static final String LOOK = """
            address=$(k3s kubectl -n vfaas get secret queue -o 'jsonpath={.data.address}' 2>/dev/null)
            [ -n "$address" ] && echo "queue $(printf %s "$address" | base64 -d | sha256sum | cut -c1-12)"
            """;

    private static final String PREFIX = "queue ";
    private static final Duration SHORT = Duration.ofSeconds(40);

    private static final String WRITE = """
            set -e
            umask 077
            export PATH="$PATH:/usr/local/bin"
            work=$(mktemp -d)
            trap 'rm -rf "$work"' EXIT
            cat >"$work/address"
            k3s kubectl -n vfaas create secret generic queue --from-file=address="$work/address" --dry-run=client -o yaml >"$work/queue.yaml"
            k3s kubectl apply -f "$work/queue.yaml" >/dev/null
            k3s kubectl -n vfaas label --overwrite secret queue app.kubernetes.io/managed-by=vfaas >/dev/null
            """;

    private static final String DROP =
            "PATH=\"$PATH:/usr/local/bin\"; k3s kubectl -n vfaas delete secret queue --ignore-not-found";

    private static final Change TELL =
            new Change.OfAction("let the gateways know their queue server, as Secret vfaas/queue");
    private static final Change FORGET = new Change.OfAction("forget the gateways' queue server, Secret vfaas/queue");

    private final String host;
    private final String mark;
    private final @Nullable Secret address;

    /**
     * @param mark of the address that shall be there, empty for none
     * @param address when it is known; without it what is there must do
     */
    QueueSecret(String host, String mark, @Nullable Secret address) {
        this.host = host;
        this.mark = mark;
        this.address = address;
    }

    /** @param seen lines that {@link #LOOK} printed, among others */
    List<Change> plan(List<String> seen) {
        String there = seen.stream()
                .filter(line -> line.startsWith(PREFIX))
                .map(line -> line.substring(PREFIX.length()))
                .findFirst()
                .orElse("");
        if (there.equals(mark)) {
            return List.of();
        }
        if (mark.isEmpty()) {
            return List.of(FORGET);
        }
        if (address == null) {
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            host + ": the Secret vfaas/queue, the address of the gateways' queue server, "
                                    + (there.isEmpty() ? "is gone" : "was changed by someone else"))
                    .next("vfaas up " + host + " --gateway-queue nats://ADDRESS:4222");
        }
        return List.of(TELL);
    }

    /** Does what of {@code changes} is about it. */
    void apply(List<Change> changes, Execution execution) {
        if (changes.contains(FORGET)) {
            execution.run(Command.script(DROP), SHORT);
        } else if (changes.contains(TELL) && address != null) {
            execution.run(Command.script(WRITE), address, SHORT);
        }
    }
}
