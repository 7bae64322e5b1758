package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Fields;
import dev.vfaas.console.OutputFormat;
import dev.vfaas.console.Table;
import dev.vfaas.provision.HostUp;
import dev.vfaas.provision.HostUp.Looked;
import dev.vfaas.provision.HostUp.Prepared;
import dev.vfaas.provision.ServerBlueprint;
import dev.vfaas.provision.engine.Blueprint;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Diff;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.engine.StepPlan;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.FactsScript.Depth;
import dev.vfaas.provision.k3s.Cluster;
import dev.vfaas.provision.k3s.K3sBlueprint;
import dev.vfaas.provision.k3s.Role;
import dev.vfaas.provision.preflight.Demands;
import dev.vfaas.provision.preflight.Finding;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code vfaas up HOST}: shows facts, plan and run of {@link HostUp}. */
final class ServerUp {
    private final Session session;
    private final ServerUpOptions options;
    private final OutputOptions output;

    ServerUp(Session session, ServerUpOptions options, OutputOptions output) {
        this.session = session;
        this.options = options;
        this.output = output;
    }

    int run(String host) {
        long start = System.nanoTime();
        boolean json = output.json || output.format == OutputFormat.JSON;
        try (ServerVisit visit = new ServerVisit(session, options.login, host, "up");
                RunEvents events = new RunEvents(session.console(), visit.log(), host, json)) {
            double login = seconds(Duration.ofNanos(System.nanoTime() - start));
            StackSetup stack = StackSetup.of(session, host, options);
            HostUp up = new HostUp(
                    visit.server(), blueprint(host, stack), demands(stack), visit.self(), visit.clock(), events);
            WorldFacing world = new WorldFacing(session.environment(), host, options);
            Looked looked = world.findings(up.look(Depth.NEEDED));
            tell(looked, events, json);
            looked.requireNoBlock(host);
            if (!options.prepareOnly) {
                stack.agree(looked.facts(), !options.dryRun, visit.self().who());
                world.agree(looked.facts(), stack.choice(looked.facts()));
                world.requireOneServer(looked.facts(), new Cluster(visit.server()));
            }
            Prepared prepared = up.prepare(looked);
            if (options.dryRun) {
                return dryRun(prepared, json, events);
            }
            if (prepared.plan().nothingToDo()) {
                events.emit(Fields.of(
                        "event", "nothing-to-do", "commands", visit.server().commands()));
                if (!json) {
                    session.console().result(host + ": nothing to do");
                }
                return ExitCode.OK.code();
            }
            Map<Step, Duration> took = up.apply(prepared, options.lockWait);
            Map<Phase, Duration> phases = phases(took);
            events.done();
            String next = options.prepareOnly
                    ? "vfaas status " + host
                    : stack.next(looked.facts()).orElseGet(() -> new K3sSetup(session).forward(host, options.login));
            summary(
                    host,
                    next,
                    login,
                    phases,
                    visit,
                    events,
                    json,
                    world.told(looked),
                    Duration.ofNanos(System.nanoTime() - start));
            return ExitCode.OK.code();
        }
    }

    private Blueprint blueprint(String host, StackSetup stack) {
        WorldFacing world = new WorldFacing(session.environment(), host, options);
        return options.prepareOnly
                ? facts -> new ServerBlueprint(world.firewall(facts)).steps(facts)
                : facts -> new ServerBlueprint(
                                world.firewall(facts),
                                k3s(host, stack, facts),
                                stack.blueprint(),
                                later -> world.steps(later, stack.choice(later)))
                        .steps(facts);
    }

    private Blueprint k3s(String host, StackSetup stack, Facts facts) {
        K3sSetup setup = new K3sSetup(session);
        K3sBlueprint k3s = setup.blueprint(setup.options(host, new Role.First(), options.k3s)
                .withIngress(new WorldFacing(session.environment(), host, options)
                        .domain(facts)
                        .isPresent()));
        K3sBlueprint pulling = stack.registries(facts).map(k3s::beforeStart).orElse(k3s);
        return stack.bringing(facts).map(pulling::bringing).orElse(pulling);
    }

    private Demands demands(StackSetup stack) {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        // Whether the server itself reaches the releases only decides how they get there.
        return options.prepareOnly
                ? Demands.bare(today)
                : Demands.k3s(options.domain.name != null, stack.reach(), today);
    }

    private void tell(Looked looked, RunEvents events, boolean json) {
        for (Finding finding : looked.findings()) {
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("event", "finding");
            data.putAll(finding.data());
            events.emit(data);
            if (finding.severity() == Finding.Severity.WARN && !json) {
                session.console().warn(finding.id() + ": " + finding.evidence() + " (" + finding.fix() + ")");
            }
        }
    }

    private int dryRun(Prepared prepared, boolean json, RunEvents events) {
        boolean pending = !prepared.plan().nothingToDo();
        if (json) {
            events.emit(Fields.of(
                    "event",
                    "plan",
                    "pending",
                    pending,
                    "steps",
                    prepared.plan().data()));
        } else {
            lines(prepared).forEach(session.console()::result);
        }
        return (pending && options.exitCode ? ExitCode.CHANGES_PENDING : ExitCode.OK).code();
    }

    private static List<String> lines(Prepared prepared) {
        List<String> lines = new ArrayList<>();
        if (prepared.plan().left().present()) {
            lines.add("finish the run " + prepared.plan().left().run() + ", which was cut off");
        }
        for (StepPlan step : prepared.plan().pending()) {
            lines.add(step.step().phase().label() + ": " + step.step().title());
            for (Change change : step.changes()) {
                lines.add("  " + change.line());
                new Diff().of(change).forEach(line -> lines.add("      " + line));
            }
        }
        if (lines.isEmpty()) {
            lines.add("nothing to do");
        }
        return lines;
    }

    private static Map<Phase, Duration> phases(Map<Step, Duration> took) {
        Map<Phase, Duration> phases = new EnumMap<>(Phase.class);
        took.forEach((step, elapsed) -> phases.merge(step.phase(), elapsed, Duration::plus));
        return phases;
    }

    private void summary(
            String host,
            String next,
            double login,
            Map<Phase, Duration> phases,
            ServerVisit visit,
            RunEvents events,
            boolean json,
            List<String> told,
            Duration all) {
        Map<String, Object> times = new LinkedHashMap<>();
        times.put("login", login);
        phases.forEach((phase, elapsed) -> times.put(phase.label(), seconds(elapsed)));
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("event", "done");
        data.put("seconds", seconds(all));
        data.put("phases", times);
        data.put("commands", visit.server().commands());
        data.put("told", told);
        events.emit(data);
        events.close();
        if (json) {
            return;
        }
        Table table = Table.of("PHASE", "SECONDS");
        times.forEach(table::row);
        table.row("all", seconds(all));
        Console console = session.console();
        console.result(table.toString());
        console.result(host + (options.prepareOnly ? " is prepared: " : " is ready: ")
                + visit.server().commands() + " remote commands; log: "
                + visit.log().file());
        told.forEach(console::result);
        if (!options.prepareOnly) {
            options.login
                    .context(session, host)
                    .find()
                    .ifPresent(context -> console.info("gateway: " + context.route() + ", context " + context.name()));
        }
        console.info("next: " + next);
    }

    private static double seconds(Duration duration) {
        return Math.round(duration.toMillis() / 10.0) / 100.0;
    }
}
