package dev.vfaas.provision.k3s;

import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Step;
import java.util.ArrayList;
import java.util.List;

/** Writes K3s's configuration. */
final class ConfigStep implements Step {
    static final String ID = "k3s-config";
    private final K3sConfig config;
    private final boolean sensitive;

    ConfigStep(K3sConfig config, boolean sensitive) {
        this.config = config;
        this.sensitive = sensitive;
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
        return "writing K3s's configuration";
    }

    @Override
    public List<Question> questions() {
        return List.of(
                new Question.OfFile(K3sConfig.PATH, !sensitive), new Question.OfFile(K3sConfig.KUBELET_PATH, true));
    }

    @Override
    public List<Change> plan(Planning planning) {
        var files = config.files(planning.facts(), planning.state());
        List<Change> changes = new ArrayList<>(planning.files(files));
        // The kubelet's file is only there for control groups version 1: it goes when the host has moved on.
        boolean unwanted = files.stream().noneMatch(file -> file.path().equals(K3sConfig.KUBELET_PATH));
        boolean ours = planning.state().files().containsKey(K3sConfig.KUBELET_PATH);
        if (unwanted && ours) {
            planning.observed()
                    .file(K3sConfig.KUBELET_PATH)
                    .ifPresent(old -> changes.add(new Change.OfRemoval(K3sConfig.KUBELET_PATH, old)));
        }
        return changes;
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        execution.remember(K3sConfig.DATASTORE, K3sConfig.datastore(execution.facts(), execution.state()));
        execution.remember(K3sConfig.NAMES, String.join(",", config.names(execution.state())));
        execution.write(changes.stream()
                .filter(Change.OfFile.class::isInstance)
                .map(change -> ((Change.OfFile) change).wanted())
                .toList());
        List<String> removed = changes.stream()
                .filter(Change.OfRemoval.class::isInstance)
                .map(change -> ((Change.OfRemoval) change).path())
                .toList();
        if (!removed.isEmpty()) {
            execution.remove(removed);
        }
    }

    @Override
    public void verify(Execution execution) {
        // Writing checks the sums.
    }
}
