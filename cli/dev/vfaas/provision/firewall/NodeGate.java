package dev.vfaas.provision.firewall;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Engine;
import dev.vfaas.provision.engine.Event;
import dev.vfaas.provision.engine.HostFolder;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.Plan;
import dev.vfaas.provision.engine.Self;
import dev.vfaas.provision.engine.StateText;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.FactsScript;
import dev.vfaas.provision.facts.FactsScript.Depth;
import dev.vfaas.provision.firewall.FirewallWish.Kept;
import dev.vfaas.provision.firewall.FirewallWish.Mode;
import dev.vfaas.ssh.Server;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/** The firewall of a cluster's server, when it has one of ours, as nodes come and go. */
public final class NodeGate {
    private final Server first;
    private final Self self;
    private final InstantSource clock;
    private final Consumer<Event> events;
    private final Facts facts;
    private final Kept kept;

    /** Looks at {@code first}, a server of the cluster; changes nothing. */
    public NodeGate(Server first, Self self, InstantSource clock, Consumer<Event> events) {
        this.first = first;
        this.self = self;
        this.clock = clock;
        this.events = events;
        this.facts = look();
        HostState state = new StateText().state(facts.kept().state());
        this.kept = Kept.of(state);
    }

    private Facts look() {
        return new FactsScript(clock, HostFolder.STANDARD.path()).collect(first, Depth.NEEDED, List.of());
    }

    /** Whether 80 and 443 of the cluster face the world. */
    public boolean world() {
        return kept.world();
    }

    /** The addresses the server has itself. */
    public List<String> addresses() {
        return facts.network().addresses();
    }

    /** Whether the server lets in nodes it knows only. */
    public boolean closed() {
        return kept.on();
    }

    /** Lets in the addresses of a new node; does nothing when they are let in, or when everything is. */
    public void letIn(Collection<String> addresses) {
        SortedSet<String> coming = Rules.nodeAddresses(addresses);
        coming.removeAll(Rules.nodeAddresses(facts.network().addresses()));
        if (!kept.nodes().containsAll(coming)) {
            set(coming, new TreeSet<>());
        }
    }

    /** Lets a node that is gone in no more. */
    public void letOut(Collection<String> addresses) {
        SortedSet<String> going = Rules.nodeAddresses(addresses);
        going.retainAll(kept.nodes());
        if (!going.isEmpty()) {
            set(new TreeSet<>(), going);
        }
    }

    private void set(SortedSet<String> coming, SortedSet<String> going) {
        if (!closed()) {
            return;
        }
        Engine engine = new Engine(first, HostFolder.STANDARD, self, clock, events);
        FirewallStep step = new FirewallStep(FirewallWish.KEEP.withNodes(coming, going));
        Plan plan = engine.plan(facts, List.of(step));
        if (plan.left().present()) {
            throw Failure.of(ExitCode.NOT_AS_ASKED, first.name() + ": an earlier run there was cut off")
                    .next("vfaas up " + first.name() + ", which finishes it; then this again");
        }
        engine.apply(plan, "node-firewall", Duration.ofMinutes(1), () -> engine.plan(look(), List.of(step)));
    }

    /**
     * What the new node's own firewall shall be: there is one when the server has one.
     *
     * @param cluster addresses of all nodes
     * @param own the new node's addresses
     */
    public FirewallWish ofNode(Collection<String> cluster, Collection<String> own) {
        if (!closed()) {
            return FirewallWish.KEEP;
        }
        SortedSet<String> others = new TreeSet<>(kept.nodes());
        others.addAll(Rules.nodeAddresses(cluster));
        others.addAll(Rules.nodeAddresses(facts.network().addresses()));
        others.removeAll(Rules.nodeAddresses(own));
        return FirewallWish.of(Mode.ON).withNodes(others, new TreeSet<>());
    }
}
