package dev.vfaas.provision.engine;

import dev.vfaas.provision.facts.Facts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a step plans with: the facts, the answers to its questions, and what the steps before it will change. */
public final class Planning {
    private final Facts facts;
    private final Observed observed;
    private final HostState state;
    private final Set<String> interrupted;
    private final Map<String, List<Change>> earlier = new LinkedHashMap<>();

    /** @param interrupted ids of steps that an earlier run began or meant to do and did not finish */
    public Planning(Facts facts, Observed observed, HostState state, Set<String> interrupted) {
        this.facts = facts;
        this.observed = observed;
        this.state = state;
        this.interrupted = Set.copyOf(interrupted);
    }

    public Facts facts() {
        return facts;
    }

    public Observed observed() {
        return observed;
    }

    /** What vfaas keeps on the host: what it wrote, and values that steps {@link Execution#remember remembered}. */
    public HostState state() {
        return state;
    }

    /** What the step {@code id}, which comes before, is going to change; empty when nothing. */
    public List<Change> changesOf(String id) {
        return earlier.getOrDefault(id, List.of());
    }

    /**
     * Whether an earlier run meant to do this step and was cut off before it was done. A step whose effect cannot be seen (a restart) must
     * plan it again then.
     */
    public boolean interrupted(String id) {
        return interrupted.contains(id);
    }

    /** The changes that make {@code files} what they shall be. */
    public List<Change> files(List<ManagedFile> files) {
        List<Change> changes = new ArrayList<>();
        for (ManagedFile file : files) {
            Observed.FileState old = observed.files().get(file.path());
            if (old == null || !file.matches(old)) {
                String folder = observed.folders().get(file.path());
                boolean parent = folder == null || file.path().lastIndexOf('/') == folder.length();
                changes.add(new Change.OfFile(file, old, parent ? null : folder));
            }
        }
        return changes;
    }

    void planned(String id, List<Change> changes) {
        earlier.put(id, List.copyOf(changes));
    }
}
