package dev.vfaas.provision.k3s;

import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.ManagedFile;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes K3s's unit with its installer, and starts it; starts it anew when, and only when, it runs with an older configuration or binary. */
final class ServiceStep implements Step {
    static final String ID = "k3s-service";
    /** Where the state keeps what the running K3s was started with. */
    static final String STARTED_WITH = "k3s.started-with";
    /** Where the state keeps the version that runs. */
    static final String VERSION = "k3s.version";

    private static final Duration INSTALL = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofSeconds(30);
    private static final Duration REMOVE = Duration.ofMinutes(3);
    private static final String UNITS = "/etc/systemd/system/";

    /** Its parts are those K3s's uninstaller is known to remove; without one, what a run that was cut off can have left is removed. */
    private static final String UNINSTALL = """
            found=
            for script in /usr/local/bin/k3s-agent-uninstall.sh /usr/local/bin/k3s-uninstall.sh; do
              if [ -x "$script" ]; then found=yes; "$script" || exit $?; fi
            done
            if [ -z "$found" ]; then
              for unit in k3s k3s-agent; do
                if [ -e "/etc/systemd/system/$unit.service" ]; then
                  systemctl disable --now "$unit"; rm -f "/etc/systemd/system/$unit.service" "/etc/systemd/system/$unit.service.env"
                fi
              done
              systemctl daemon-reload
            fi
            """;

    private final K3sOptions options;
    private final K3sVersion version;
    private final K3sConfig config;
    private final Traces traces = new Traces();
    private final Optional<String> dataStep;

    /** @param dataStep the step that puts other data below K3s before it starts, if there is one */
    ServiceStep(K3sOptions options, K3sVersion version, K3sConfig config, Optional<String> dataStep) {
        this.options = options;
        this.version = version;
        this.config = config;
        this.dataStep = dataStep;
    }

    /** What it starts. */
    K3sVersion version() {
        return version;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Phase phase() {
        return Phase.K3S;
    }

    @Override
    public String title() {
        return "starting K3s " + version;
    }

    @Override
    public List<Question> questions() {
        return List.of(new Question.OfUnit(unit()), new Question.OfFile(UNITS + unit(), false), traces.question());
    }

    @Override
    public Map<String, String> before(Planning planning) {
        boolean there = planning.observed().file(UNITS + unit()).isPresent();
        return there ? Map.of() : traces.before(planning);
    }

    @Override
    public List<Change> plan(Planning planning) {
        List<Change> changes = new ArrayList<>();
        var unit = planning.observed().unit(unit());
        if (planning.observed().file(UNITS + unit()).isEmpty()) {
            changes.add(new Change.OfAction("make the unit " + unit() + " with K3s's installer"));
            changes.add(new Change.OfUnit(unit(), "enable", "K3s runs after a boot"));
            changes.add(new Change.OfUnit(unit(), "start", "K3s is not installed"));
            return changes;
        }
        if (!unit.enabled().equals("enabled")) {
            changes.add(new Change.OfUnit(unit(), "enable", "K3s runs after a boot"));
        }
        if (!unit.running()) {
            changes.add(new Change.OfUnit(unit(), "start", "it does not run"));
        } else {
            String why = restart(planning);
            if (!why.isEmpty()) {
                changes.add(new Change.OfUnit(unit(), "restart", why));
            }
        }
        return changes;
    }

    /** Why K3s must be started anew; empty when it runs with what it shall run with. */
    private String restart(Planning planning) {
        boolean binary = planning.changesOf(ArtefactsStep.ID).stream()
                .anyMatch(change -> change instanceof Change.OfArtefact(var path, var sum, var mode, var from, var old)
                        && path.equals(Artefact.BINARY_PATH));
        if (binary) {
            return "its binary changes";
        }
        if (!planning.changesOf(ConfigStep.ID).isEmpty()
                || !planning.changesOf(RegistriesStep.ID).isEmpty()) {
            return "its configuration changes";
        }
        if (dataStep.isPresent() && !planning.changesOf(dataStep.get()).isEmpty()) {
            return "its data are replaced";
        }
        String wanted = startedWith(planning.state(), config.files(planning.facts(), planning.state()));
        if (!planning.state().value(STARTED_WITH).orElse("").equals(wanted)) {
            return "it was started with another configuration";
        }
        return planning.interrupted(ID) ? "an earlier run was cut off while it was started" : "";
    }

    /** What K3s reads when it starts, as one checksum. */
    private String startedWith(HostState state, List<ManagedFile> files) {
        StringBuilder all = new StringBuilder(version.toString());
        files.forEach(file -> all.append('\n').append(file.path()).append(' ').append(file.sha256()));
        return all.toString().isEmpty()
                ? ""
                : ManagedFile.text("/", all.toString(), 0).sha256();
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        boolean install = changes.stream().anyMatch(Change.OfAction.class::isInstance);
        if (install) {
            install(execution);
        } else if (asked(changes, "enable")) {
            execution.run(Command.of("systemctl", "-q", "enable", unit()), SHORT);
        }
        if (asked(changes, "start") || asked(changes, "restart")) {
            UnitStart start = new UnitStart(unit(), execution);
            start.start();
            start.awaitActive();
        }
        execution.remember(
                STARTED_WITH, startedWith(execution.state(), config.files(execution.facts(), execution.state())));
        execution.remember(VERSION, version.toString());
    }

    private void install(Execution execution) {
        // What the installer is told is all in configuration files: an argument or a variable would be lost by its next
        // run.
        execution.run(
                Command.of(
                        "env",
                        "INSTALL_K3S_SKIP_DOWNLOAD=true",
                        "INSTALL_K3S_SKIP_START=true",
                        "INSTALL_K3S_SKIP_SELINUX_RPM=true",
                        "INSTALL_K3S_EXEC=" + (options.role().server() ? "server" : "agent"),
                        "sh",
                        Artefact.INSTALL_PATH),
                INSTALL);
    }

    private static boolean asked(List<Change> changes, String action) {
        return changes.stream()
                .anyMatch(
                        change -> change instanceof Change.OfUnit(var name, var what, var why) && what.equals(action));
    }

    @Override
    public void verify(Execution execution) {
        // Waiting for the unit was the verification.
    }

    @Override
    public void undo(Execution execution) {
        execution.run(Command.script(UNINSTALL), REMOVE);
        traces.clear(execution);
    }

    @Override
    public List<String> undoes(HostState state) {
        return List.of(
                "K3s " + state.value(VERSION).orElse(version.toString()) + " (" + unit() + ")",
                "everything that runs in the cluster, and its data: /var/lib/rancher/k3s, /etc/rancher/k3s, /var/lib/kubelet");
    }

    private String unit() {
        return options.role().unit();
    }
}
