package dev.vfaas.provision;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Blueprint;
import dev.vfaas.provision.engine.Engine;
import dev.vfaas.provision.engine.Event;
import dev.vfaas.provision.engine.HostFolder;
import dev.vfaas.provision.engine.Plan;
import dev.vfaas.provision.engine.Self;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.FactsScript;
import dev.vfaas.provision.facts.FactsScript.Depth;
import dev.vfaas.provision.preflight.Demands;
import dev.vfaas.provision.preflight.Finding;
import dev.vfaas.provision.preflight.Preflight;
import dev.vfaas.ssh.Server;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** {@code vfaas up HOST} from facts over preflight and plan to a server that is what was asked. */
public final class HostUp {
    private final Server server;
    private final Blueprint blueprint;
    private final Demands demands;
    private final Self self;
    private final InstantSource clock;
    private final Consumer<Event> events;

    public HostUp(
            Server server,
            Blueprint blueprint,
            Demands demands,
            Self self,
            InstantSource clock,
            Consumer<Event> events) {
        this.server = server;
        this.blueprint = blueprint;
        this.demands = demands;
        this.self = self;
        this.clock = clock;
        this.events = events;
    }

    /** What was found and what would be done; made without a change on the server. */
    public record Prepared(Facts facts, List<Finding> findings, Plan plan) {}

    /** Facts and their findings; the first of two round trips. */
    public record Looked(Facts facts, List<Finding> findings) {
        /** Throws a Failure (exit 3) that tells of every finding that forbids the work. */
        public void requireNoBlock(String server) {
            List<Finding> blocks = findings.stream()
                    .filter(finding -> finding.severity() == Finding.Severity.BLOCK)
                    .toList();
            if (blocks.isEmpty()) {
                return;
            }
            StringBuilder text = new StringBuilder(server + " cannot be set up; nothing was changed:");
            blocks.forEach(block -> text.append("\n  ")
                    .append(block.id())
                    .append(": ")
                    .append(block.evidence())
                    .append("; ")
                    .append(block.fix()));
            throw Failure.of(ExitCode.PREFLIGHT, text.toString()).next("vfaas doctor " + server);
        }
    }

    /** Collects the facts and checks them. */
    public Looked look(Depth depth) {
        Facts facts = new FactsScript(clock, HostFolder.STANDARD.path()).collect(server, depth, demands.reach());
        return new Looked(facts, new Preflight(demands).check(facts));
    }

    /** Plans from facts. */
    public Prepared prepare(Looked looked) {
        Plan plan = engine().plan(looked.facts(), blueprint.steps(looked.facts()));
        return new Prepared(looked.facts(), looked.findings(), plan);
    }

    private Engine engine() {
        return new Engine(server, HostFolder.STANDARD, self, clock, events);
    }

    /** Does it; returns how long each step took. */
    public Map<Step, Duration> apply(Prepared prepared, Duration lockWait) {
        return apply(prepared, "up", lockWait);
    }

    /** @param action the command's name, for lock and audit log */
    public Map<Step, Duration> apply(Prepared prepared, String action, Duration lockWait) {
        return engine().apply(
                        prepared.plan(),
                        action,
                        lockWait,
                        () -> prepare(look(Depth.NEEDED)).plan());
    }
}
