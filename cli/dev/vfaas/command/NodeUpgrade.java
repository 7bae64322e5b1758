package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.Fields;
import dev.vfaas.provision.HostUp;
import dev.vfaas.provision.HostUp.Looked;
import dev.vfaas.provision.HostUp.Prepared;
import dev.vfaas.provision.ServerBlueprint;
import dev.vfaas.provision.facts.FactsScript.Depth;
import dev.vfaas.provision.k3s.Cluster;
import dev.vfaas.provision.k3s.Cluster.Node;
import dev.vfaas.provision.k3s.K3sOptions;
import dev.vfaas.provision.k3s.K3sVersion;
import dev.vfaas.provision.k3s.Role;
import dev.vfaas.provision.preflight.Demands;
import dev.vfaas.ssh.Completed;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** Brings one node of a cluster to another version of K3s. */
final class NodeUpgrade {
    private static final Duration READY = Duration.ofMinutes(4);
    private static final Duration SHORT = Duration.ofSeconds(30);

    private final Session session;
    private final Cluster cluster;
    private final K3sVersion target;
    private final K3sUpOptions options;
    private final Duration lockWait;
    private final boolean json;

    NodeUpgrade(
            Session session,
            Cluster cluster,
            K3sVersion target,
            K3sUpOptions options,
            Duration lockWait,
            boolean json) {
        this.session = session;
        this.cluster = cluster;
        this.target = target;
        this.options = options;
        this.lockWait = lockWait;
        this.json = json;
    }

    /**
     * Looks first whether it can be done, then moves the pods away if {@code drain}, replaces K3s, waits until the node is ready with the version, and
     * lets pods in again. A run that was cut off is finished by the next.
     *
     * @param access whether the person's kubeconfig is seen to as well
     */
    void run(Node node, String host, ServerOptions login, boolean access, boolean drain) throws InterruptedException {
        try (ServerVisit visit = new ServerVisit(session, login, host, "upgrade");
                RunEvents events = new RunEvents(session.console(), visit.log(), host, json)) {
            if (!json) {
                session.console().info(node.name() + ": K3s " + node.version() + " to " + target);
            }
            HostUp up = new HostUp(
                    visit.server(),
                    new ServerBlueprint(blueprint(visit, node, host).replacing(access)),
                    Demands.k3s(false, List.of(), LocalDate.now(ZoneOffset.UTC)),
                    visit.self(),
                    visit.clock(),
                    events);
            Looked looked = up.look(Depth.NEEDED);
            looked.requireNoBlock(host);
            Prepared prepared = up.prepare(looked);
            // A node that a person closed for pods stays closed.
            boolean held = node.held();
            if (drain && node.schedulable() && !prepared.plan().nothingToDo()) {
                cluster.hold(node.name());
                held = true;
            }
            try {
                if (!prepared.plan().nothingToDo()) {
                    up.apply(prepared, "upgrade", lockWait);
                }
                events.done();
                cluster.awaitVersion(node.name(), target, READY, visit.clock());
            } catch (Failure failure) {
                letIn(node, held, failure);
                throw failure;
            }
            if (held) {
                cluster.release(node.name());
            }
            events.emit(Fields.of(
                    "event", "upgraded", "node", node.name(), "from", node.version(), "to", target.toString()));
        }
    }

    /** What failed is what the person must hear of; a node that stays held lets pods in with the next upgrade. */
    private void letIn(Node node, boolean held, Failure failure) {
        if (held) {
            try {
                cluster.release(node.name());
            } catch (Failure away) {
                failure.addSuppressed(away);
            }
        }
    }

    private dev.vfaas.provision.k3s.K3sBlueprint blueprint(ServerVisit visit, Node node, String host) {
        Completed config = visit.server().runAsRoot(dev.vfaas.ssh.Command.of("cat", Role.configuredIn()), SHORT);
        if (!config.ok()) {
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            host + ": vfaas did not set up this node: "
                                    + config.err().strip())
                    .next("upgrade it the way it was installed, then: vfaas upgrade again");
        }
        K3sSetup setup = new K3sSetup(session);
        Role role = Role.configured(config.out(), node.role().equals("server"));
        K3sOptions wanted = setup.options(host, role, options);
        // The cluster's domain is remembered by its first server only; a server that joined keeps what it was set up
        // with.
        return setup.blueprint(
                role instanceof Role.Server ? wanted.withIngress(Role.ingressConfigured(config.out())) : wanted);
    }
}
