package dev.vfaas.provision.firewall;

import dev.vfaas.provision.engine.HostState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a command asks of a host's firewall; what it leaves open stays as the host's state remembers it.
 *
 * @param open what is open besides; replaces what was
 * @param come addresses of nodes that are let in besides those that are
 * @param gone addresses of nodes that are let in no more
 * @param world whether 80 and 443 face the world; else they do when the host serves a domain
 * @param patience how long the host waits for a new SSH connection before it takes new rules back
 */
public record FirewallWish(
        Mode mode,
        Optional<List<OpenPort>> open,
        SortedSet<String> come,
        SortedSet<String> gone,
        Optional<Boolean> world,
        Duration patience) {
    /** As long as a slow login over a jump host may take, and more. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Nothing was asked. */
    public static final FirewallWish KEEP = of(Mode.KEEP);

    /** For commands that only look or take away. */
    public static final FirewallWish LEAVE = of(Mode.LEAVE);

    /** Of a mode, and nothing else. */
    public static FirewallWish of(Mode mode) {
        return new FirewallWish(mode, Optional.empty(), new TreeSet<>(), new TreeSet<>(), Optional.empty(), PATIENCE);
    }

    /** Whether there shall be one. */
    public enum Mode {
        /** Nothing is planned: for commands that only look or take away. */
        LEAVE,
        /** As it is remembered. */
        KEEP,
        ON,
        OFF
    }

    /** With nodes that come and go; told as a difference, since others may change the same at the same time. */
    public FirewallWish withNodes(SortedSet<String> coming, SortedSet<String> going) {
        return new FirewallWish(mode, open, new TreeSet<>(coming), new TreeSet<>(going), world, patience);
    }

    /** Whether the host shall have rules of ours. */
    boolean wanted(HostState state) {
        return mode == Mode.ON || mode == Mode.KEEP && Kept.of(state).on();
    }

    /** The rules. @param ssh ports sshd answers on */
    Rules rules(HostState state, SortedSet<Integer> ssh) {
        Kept kept = Kept.of(state);
        SortedSet<String> nodes = new TreeSet<>(kept.nodes());
        nodes.addAll(come);
        nodes.removeAll(gone);
        return new Rules(ssh, nodes, open.orElse(kept.open()), world.orElse(kept.world()));
    }

    /**
     * What the host's state remembers.
     *
     * @param by {@code nftables}, {@code ufw}; empty when there is no firewall of ours
     * @param live checksum of the rules as the kernel showed them after they were loaded
     */
    public record Kept(String by, List<OpenPort> open, SortedSet<String> nodes, boolean world, String live) {
        static final String BY = "firewall";
        static final String OPEN = "firewall.open";
        static final String NODES = "firewall.nodes";
        static final String LIVE = "firewall.live";
        /** Remembered by the ingress: the domain whose requests come in by 80 and 443. */
        static final String DOMAIN = "ingress.domain";

        /** Reads it. */
        public static Kept of(HostState state) {
            List<OpenPort> open = new ArrayList<>();
            words(state, OPEN).forEach(word -> open.add(OpenPort.parse(word)));
            return new Kept(
                    state.value(BY).orElse(""),
                    open,
                    new TreeSet<>(words(state, NODES)),
                    !state.value(DOMAIN).orElse("").isEmpty(),
                    state.value(LIVE).orElse(""));
        }

        private static List<String> words(HostState state, String key) {
            return List.of(state.value(key).orElse("").split(" ")).stream()
                    .filter(word -> !word.isEmpty())
                    .toList();
        }

        /** Whether the host has rules of ours. */
        public boolean on() {
            return !by.isEmpty();
        }
    }
}
