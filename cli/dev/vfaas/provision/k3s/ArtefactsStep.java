package dev.vfaas.provision.k3s;

import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.Observed;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts K3s's binary, its installer and, from an airgap folder, its images on the host. */
final class ArtefactsStep implements Step {
    static final String ID = "k3s-artefacts";
    private static final String SUM = "k3s.sum.";

    /** Where the state keeps the version and checksum of what was put in place. */
    static String sumOf(Artefact artefact) {
        return SUM + artefact.file();
    }

    private final Release release;
    private final Origin origin;
    private final Architecture architecture;
    private final List<Artefact> artefacts;
    private final Transfers transfers;

    ArtefactsStep(
            Release release, Origin origin, Architecture architecture, List<Artefact> artefacts, Transfers transfers) {
        this.release = release;
        this.origin = origin;
        this.architecture = architecture;
        this.artefacts = List.copyOf(artefacts);
        this.transfers = transfers;
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
        return "putting K3s " + release.version() + " in place";
    }

    @Override
    public List<Question> questions() {
        return artefacts.stream()
                .<Question>map(artefact -> new Question.OfFile(artefact.path(), false))
                .toList();
    }

    @Override
    public List<Change> plan(Planning planning) {
        List<Change> changes = new ArrayList<>();
        for (Artefact artefact : artefacts) {
            Optional<Observed.FileState> old = planning.observed().file(artefact.path());
            String known = known(artefact, planning.state());
            boolean there = old.isPresent()
                    && old.get().sha256().equals(known)
                    && old.get().mode() == artefact.mode();
            if (!there) {
                changes.add(new Change.OfArtefact(
                        artefact.path(),
                        known,
                        artefact.mode(),
                        origin.describe(release.version(), artefact.file()),
                        old.map(Observed.FileState::sha256).orElse(null)));
            }
        }
        return changes;
    }

    /** The sum the file must have as far as that is known without asking the release: pinned, or remembered of an earlier run. */
    private String known(Artefact artefact, HostState state) {
        return release.sum(artefact.file())
                .or(() -> state.value(sumOf(artefact))
                        .filter(value -> value.startsWith(release.version() + " "))
                        .map(value -> value.substring(value.indexOf(' ') + 1)))
                .orElse("");
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        for (Change change : changes) {
            if (change instanceof Change.OfArtefact(var path, var known, var mode, var from, var old)) {
                Artefact artefact = artefacts.stream()
                        .filter(candidate -> candidate.path().equals(path))
                        .findFirst()
                        .orElseThrow();
                String wanted = transfers.wanted(artefact, architecture, execution);
                String sum = !wanted.isEmpty() && wanted.equals(old)
                        ? adopted(artefact, wanted, execution)
                        : transfers.put(artefact, wanted, execution);
                execution.remember(sumOf(artefact), release.version() + " " + sum);
            }
        }
    }

    /** What lies there is the right file already, for example of a run that was cut off: only its mode may be wrong. */
    private String adopted(Artefact artefact, String sum, Execution execution) {
        execution.run(
                dev.vfaas.ssh.Command.of("chmod", String.format("%04o", artefact.mode()), artefact.path()),
                java.time.Duration.ofSeconds(20));
        execution.record(artefact.path(), sum, artefact.mode());
        return sum;
    }
}
