package dev.vfaas.command;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.HostUp.Looked;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.StateText;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.firewall.Exposure;
import dev.vfaas.provision.firewall.FirewallWish;
import dev.vfaas.provision.ingress.Domain;
import dev.vfaas.provision.ingress.DomainCheck;
import dev.vfaas.provision.ingress.IngressStep;
import dev.vfaas.provision.k3s.Cluster;
import dev.vfaas.provision.k3s.Cluster.Node;
import dev.vfaas.provision.preflight.Finding;
import dev.vfaas.provision.stack.StackChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What {@code vfaas up HOST} opens to the world and what it closes: the firewall and the domain, as asked for or as the server remembers them. */
final class WorldFacing {
    private final Environment environment;
    private final String host;
    private final ServerUpOptions options;

    WorldFacing(Environment environment, String host, ServerUpOptions options) {
        this.environment = environment;
        this.host = host;
        this.options = options;
    }

    /** Empty when the server shall serve none. */
    Optional<Domain> domain(Facts facts) {
        return options.domain.wanted(new StateText().state(facts.kept().state()), environment);
    }

    FirewallWish firewall(Facts facts) {
        return options.firewall.wish(
                options.prepareOnly
                        ? Optional.empty()
                        : Optional.of(domain(facts).isPresent()));
    }

    /** Refuses a domain that could lead nowhere. */
    void agree(Facts facts, StackChoice stack) {
        if (domain(facts).isPresent() && stack == StackChoice.NONE) {
            throw Failure.usage("--domain: with --stack none there is no gateway to lead it to; nothing was changed on "
                            + host)
                    .next("leave --stack none out, or leave --domain out (--no-domain when the server has one)");
        }
    }

    /** Refuses to give a domain to, or take it from, a cluster of several servers: each has its own choice whether Traefik runs, and they must agree. */
    void requireOneServer(Facts facts, Cluster cluster) {
        HostState state = new StateText().state(facts.kept().state());
        boolean changes = domain(facts).isPresent() != Domain.kept(state).isPresent();
        // What a run that was cut off began, it may finish: it was asked before.
        boolean runs = facts.kept().state() != null
                && facts.kept().journal() == null
                && facts.presence().k3s() != null;
        if (!changes || !runs) {
            return;
        }
        List<Node> others = nodes(cluster).stream()
                .filter(node ->
                        node.role().equals("server") && !node.at(facts.network().addresses()))
                .toList();
        if (!others.isEmpty()) {
            String option = domain(facts).isPresent() ? "--domain" : "--no-domain";
            throw Failure.usage(option + ": the cluster has other servers ("
                            + others.stream().map(Node::name).collect(Collectors.joining(", "))
                            + "), whose K3s was set up the other way and would undo it; nothing was changed on " + host)
                    .next("take them out, then the same command, then join them again: vfaas node remove SERVER --from "
                            + host + "; vfaas node add SERVER --to " + host + " --server");
        }
    }

    private List<Node> nodes(Cluster cluster) {
        try {
            return cluster.nodes();
        } catch (Failure away) {
            throw Failure.of(away.exitCode(), away.text() + "\nnothing was changed on " + host)
                    .because(away)
                    .next("vfaas up " + host
                            + " without a change of the domain, which starts K3s; then the same command again");
        }
    }

    /** The steps that come after the stack's. */
    List<Step> steps(Facts facts, StackChoice stack) {
        return List.of(domain(facts)
                .map(domain -> IngressStep.of(domain, stack.name().toLowerCase(Locale.ROOT)))
                .orElse(IngressStep.none()));
    }

    /** Findings about what will be open when the run is done. */
    Looked findings(Looked looked) {
        if (options.prepareOnly) {
            return looked;
        }
        Facts facts = looked.facts();
        List<Finding> findings = new ArrayList<>(looked.findings());
        findings.add(Exposure.planned(host, facts, firewall(facts), true));
        if (options.domain.name != null) {
            domain(facts)
                    .ifPresent(domain -> findings.add(new DomainCheck(domain.names())
                            .check(domain.name(), Exposure.addresses(host, facts), !options.domain.skipDnsCheck)));
        }
        return new Looked(facts, findings);
    }

    /** What a person should know when all is done, a line each. */
    List<String> told(Looked looked) {
        List<String> lines = new ArrayList<>();
        domain(looked.facts()).ifPresent(domain -> {
            lines.add("functions: https://" + domain.name() + "/function/NAME"
                    + (domain.authority().staging()
                            ? " (with a certificate no browser trusts: --no-acme-staging gets one)"
                            : ""));
            lines.add("management: over SSH"
                    + (domain.api()
                            ? ", and for all who know the password at https://" + domain.name() + "/system/"
                            : ""));
        });
        looked.findings().stream()
                .filter(finding -> finding.id().equals("V-OPEN"))
                .forEach(finding -> lines.add("reachable from outside: " + finding.evidence()
                        + (finding.fix().isEmpty() ? "" : "; " + finding.fix())));
        return lines;
    }
}
