package dev.vfaas.provision.stack.openfaas;

import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.stack.Manifest;
import dev.vfaas.provision.stack.ManifestsStep;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Installs OpenFaaS's chart by K3s's Helm controller, waits until everything of it runs, and logs in to its gateway. */
final class ChartStep extends ManifestsStep {
    static final String ID = "openfaas-chart";
    private static final String READY = "openfaas.ready";
    private static final String VERSION = "openfaas.chart";
    private static final Duration SHORT = Duration.ofSeconds(90);

    private final String version;
    private final InstantSource clock;

    ChartStep(Manifest chart, String version, InstantSource clock) {
        super(ID, "installing OpenFaaS by its chart " + version, List.of(chart));
        this.version = version;
        this.clock = clock;
    }

    @Override
    public List<Question> questions() {
        List<Question> questions = new ArrayList<>(super.questions());
        questions.add(new Question.OfScript(READY, "set -- 0 present\n" + ChartScripts.LOOK));
        return questions;
    }

    @Override
    public List<Change> plan(Planning planning) {
        List<Change> changes = new ArrayList<>(super.plan(planning));
        String stage = planning.observed().answer(READY).output().strip();
        if (!changes.isEmpty()) {
            changes.add(new Change.OfAction("wait until OpenFaaS runs"));
        } else if (stage.startsWith("failed")) {
            changes.add(new Change.OfAction("install the chart again: the last attempt failed"));
        } else if (!stage.equals("ready")) {
            changes.add(new Change.OfAction("wait until OpenFaaS runs: " + stage));
        } else if (!planning.state().value(VERSION).orElse("").equals(version)) {
            // It came up after the run that installed it had given up.
            changes.add(new Change.OfAction("log in to OpenFaaS, which runs by now"));
        }
        return changes;
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        boolean anew = changes.stream().anyMatch(Change.OfManifest.class::isInstance);
        boolean again = changes.stream()
                .anyMatch(change -> change instanceof Change.OfAction(var what) && what.startsWith("install"));
        if (anew || again) {
            // A job of an older attempt would be taken for this one's.
            execution.run(
                    Command.script(
                            ChartScripts.AGAIN, Long.toString(clock.instant().toEpochMilli())),
                    SHORT);
        }
        if (anew) {
            super.apply(changes, execution);
        }
        new ChartWait(execution, clock).untilReady(anew || again);
        execution.remember(VERSION, version);
    }

    @Override
    public void verify(Execution execution) {
        // Waiting saw everything run; what is left is whether the password is the one vfaas made.
        new GatewayLogin(execution).verify();
    }

    @Override
    public List<String> undoes(HostState state) {
        return List.of("OpenFaaS (chart " + state.value(VERSION).orElse(version)
                + "), its functions, secrets and namespaces openfaas and openfaas-fn, with the cluster");
    }
}
