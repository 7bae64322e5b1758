package dev.vfaas.provision.k3s;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.Observed;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Takes the cluster's admin access into the person's own kubeconfig, under the name the person gave the host. The API server is reached through an
 * SSH forward from a port of this machine that follows from that name.
 */
final class AccessStep implements Step {
    static final String ID = "k3s-access";
    static final String REMOTE = "/etc/rancher/k3s/k3s.yaml";
    private static final Duration SHORT = Duration.ofSeconds(30);
    private static final int FIRST_PORT = 16443;
    private static final int PORTS = 4000;

    private final String name;
    private final KubeconfigFile file;

    AccessStep(String name, KubeconfigFile file) {
        this.name = name;
        this.file = file;
    }

    /** The loopback port of this machine that the kubeconfig's context of a host names. */
    static int port(String name) {
        return FIRST_PORT + Math.floorMod(name.hashCode(), PORTS);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Phase phase() {
        return Phase.ACCESS;
    }

    @Override
    public String title() {
        return "keeping the cluster's kubeconfig in " + file.path();
    }

    @Override
    public List<Question> questions() {
        return List.of(new Question.OfFile(REMOTE, false));
    }

    @Override
    public List<Change> plan(Planning planning) {
        Optional<String> kept = file.read().source(name);
        Optional<String> there = planning.observed().file(REMOTE).map(Observed.FileState::sha256);
        // A start may write the server's kubeconfig anew, with other keys.
        boolean started = !planning.changesOf(ServiceStep.ID).isEmpty();
        boolean current = !started && there.isPresent() && kept.equals(there);
        return current
                ? List.of()
                : List.of(new Change.OfAction(
                        "keep the access to the cluster as context " + name + " in " + file.path()));
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        // Not through the execution: what it runs is written to the log, and this is a key.
        Completed completed = execution.server().runAsRoot(Command.of("cat", REMOTE), SHORT);
        if (!completed.ok()) {
            throw Failure.of(
                    ExitCode.NOT_AS_ASKED,
                    execution.server().name() + ": cannot read " + REMOTE + ": "
                            + completed.err().strip());
        }
        Kubeconfig server = Kubeconfig.parse(completed.out(), execution.server().name() + ":" + REMOTE);
        String source = dev.vfaas.provision.engine.ManagedFile.secret(REMOTE, completed.out())
                .sha256();
        file.change(kubeconfig -> kubeconfig.put(name, server, port(name), source, true));
    }

    @Override
    public void undo(Execution execution) {
        file.change(kubeconfig -> kubeconfig.remove(name));
    }

    @Override
    public List<String> undoes(HostState state) {
        return List.of("on this machine: the context " + name + " in " + file.path());
    }
}
