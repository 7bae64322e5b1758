package dev.vfaas.provision.stack.openfaas;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Waits for the chart's installation, stage by stage; each has its own deadline, and a failure tells reasons and last words. */
final class ChartWait {
    private static final Duration LOOK_DEADLINE = Duration.ofSeconds(60);
    /** For how long one command looks again and again, in seconds. */
    private static final String LOOKING = "25";

    /** How long a stage may be seen, from the first time on. What fails is given time to mend itself: a registry may be busy for a moment. */
    private static final Map<String, Duration> DEADLINES = Map.of(
            "api", Duration.ofSeconds(60),
            "controller", Duration.ofSeconds(60),
            "helm", Duration.ofMinutes(8),
            "helm-failing", Duration.ofMinutes(2),
            "deployments", Duration.ofMinutes(6),
            "pods-failing", Duration.ofSeconds(150),
            "health", Duration.ofSeconds(60));

    private static final Map<String, String> CAUSES = Map.of(
            "controller", "Is the Helm controller switched off (disable-helm-controller in K3s's configuration)?",
            "helm-failing", "Helm itself cannot be started there.",
            "failed", "Helm could not install the chart; is its repository reachable from the server's pods?",
            "pods-failing",
                    "OpenFaaS's images come from ghcr.io and docker.io, and its Community Edition wants"
                            + " https://checkip.amazonaws.com when it starts.");

    private final Execution execution;
    private final InstantSource clock;
    private final Map<String, Instant> seen = new LinkedHashMap<>();

    ChartWait(Execution execution, InstantSource clock) {
        this.execution = execution;
        this.clock = clock;
    }

    /** @param installing whether Helm's job is a new one that must succeed */
    void untilReady(boolean installing) {
        Duration all = DEADLINES.values().stream().reduce(Duration.ZERO, Duration::plus);
        execution.await(
                "OpenFaaS to run", all, () -> look(installing ? "install" : "present"), () -> diagnosis("pods"));
    }

    private Optional<Boolean> look(String mode) {
        String said = execution
                .run(Command.script(ChartScripts.LOOK, LOOKING, mode), LOOK_DEADLINE)
                .out()
                .strip();
        if (said.equals("ready")) {
            return Optional.of(true);
        }
        String[] words = said.split(" ", 2);
        String stage = words[0];
        String detail = words.length > 1 ? words[1] : "";
        if (stage.equals("failed")) {
            throw failure(ExitCode.NOT_AS_ASKED, "OpenFaaS's chart could not be installed: " + detail, stage);
        }
        Instant first = seen.computeIfAbsent(stage, key -> clock.instant());
        execution.progress("waiting for OpenFaaS: " + detail);
        Duration deadline = DEADLINES.getOrDefault(stage, Duration.ofMinutes(1));
        if (Duration.between(first, clock.instant()).compareTo(deadline) > 0) {
            throw failure(
                    ExitCode.TIMED_OUT,
                    "OpenFaaS does not come up, after " + deadline.toSeconds() + " s: " + detail,
                    stage);
        }
        return Optional.empty();
    }

    private Failure failure(ExitCode code, String what, String stage) {
        StringBuilder text =
                new StringBuilder(execution.server().name()).append(": ").append(what);
        String cause = CAUSES.get(stage);
        if (cause != null) {
            text.append("\n  ").append(cause);
        }
        diagnosis(stage).forEach(line -> text.append("\n  ").append(line));
        return Failure.of(code, text.toString())
                .next("mend it and type the same command again; vfaas down "
                        + execution.server().name() + " takes everything away");
    }

    private List<String> diagnosis(String stage) {
        return execution
                .attempt(Command.script(ChartScripts.DIAGNOSIS, stage), LOOK_DEADLINE)
                .out()
                .lines()
                .map(String::stripTrailing)
                .filter(line -> !line.isBlank())
                .toList();
    }
}
