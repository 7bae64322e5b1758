package dev.vfaas.provision.k3s;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Blueprint;
import dev.vfaas.provision.engine.StateText;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The steps that make a host a server or an agent of a K3s cluster. */
public final class K3sBlueprint implements Blueprint {
    private final K3sOptions options;
    private final Catalogue catalogue;
    private final ReleaseFiles files;
    private final KubeconfigFile kubeconfig;
    private final InstantSource clock;
    private final Manner manner;

    public K3sBlueprint(
            K3sOptions options,
            Catalogue catalogue,
            ReleaseFiles files,
            KubeconfigFile kubeconfig,
            InstantSource clock) {
        this(options, catalogue, files, kubeconfig, clock, new Manner(false, true, Optional.empty(), List.of()));
    }

    private K3sBlueprint(
            K3sOptions options,
            Catalogue catalogue,
            ReleaseFiles files,
            KubeconfigFile kubeconfig,
            InstantSource clock,
            Manner manner) {
        this.options = options;
        this.catalogue = catalogue;
        this.files = files;
        this.kubeconfig = kubeconfig;
        this.clock = clock;
        this.manner = manner;
    }

    /**
     * What else than a set-up is done.
     *
     * @param replacing whether a running K3s may be replaced by another version
     * @param access whether the person's kubeconfig gets a context
     * @param beforeStart a step between K3s's files and its start; when it changes something, a running K3s is started anew
     * @param bringing steps that bring what K3s takes up while it runs as well as when it starts
     */
    private record Manner(boolean replacing, boolean access, Optional<Step> beforeStart, List<Step> bringing) {}

    /**
     * The same, but a running K3s of another version is replaced: with its datastore saved first and its binary kept, which comes back when the new
     * one does not start.
     *
     * @param access whether the person's kubeconfig is seen to as well
     */
    public K3sBlueprint replacing(boolean access) {
        return with(new Manner(true, access, manner.beforeStart, manner.bringing));
    }

    /** Where the state of a host keeps its datastore, {@code etcd} or {@code sqlite}, and its node's name when that is not the host's. */
    public static String datastoreKey() {
        return K3sConfig.DATASTORE;
    }

    /** See {@link #datastoreKey}. */
    public static String nodeNameKey() {
        return K3sConfig.NODE_NAME;
    }

    /** What the node of a host is called: as the host, unless a cluster was restored there whose node had another name. */
    public static String nodeName(Facts facts) {
        return new StateText()
                .state(facts.kept().state())
                .value(K3sConfig.NODE_NAME)
                .orElseGet(() -> facts.hostname().toLowerCase(Locale.ROOT));
    }

    /** Where the state keeps the names in the API server's certificate, separated by commas. */
    public static String namesKey() {
        return K3sConfig.NAMES;
    }

    /** The same with a step between K3s's files and its start; when that changes something, a running K3s is started anew. */
    public K3sBlueprint beforeStart(Step step) {
        return with(new Manner(manner.replacing, manner.access, Optional.of(step), manner.bringing));
    }

    /** The same with a step before K3s's start that brings what K3s takes up when it starts, and also while it runs. */
    public K3sBlueprint bringing(Step step) {
        List<Step> steps = new ArrayList<>(manner.bringing);
        steps.add(step);
        return with(new Manner(manner.replacing, manner.access, manner.beforeStart, List.copyOf(steps)));
    }

    private K3sBlueprint with(Manner other) {
        return new K3sBlueprint(options, catalogue, files, kubeconfig, clock, other);
    }

    /** The loopback port of this machine that the kubeconfig's context of a host names; an SSH forward leads from it to the API server. */
    public static int apiPort(String host) {
        return AccessStep.port(host);
    }

    @Override
    public List<Step> steps(Facts facts) {
        Release release = release(facts);
        K3sOptions resolved =
                options.resolved(new StateText().state(facts.kept().state()));
        Architecture architecture = Architecture.of(facts.architecture());
        K3sConfig config = new K3sConfig(resolved, release.version());
        ServiceStep service = new ServiceStep(resolved, release.version(), config, manner.beforeStart.map(Step::id));
        List<Step> steps = new ArrayList<>();
        if (manner.replacing) {
            steps.add(new KeepStep(release.version(), options.role()));
        }
        steps.add(new ConfigStep(config, options.role() instanceof Role.Joining));
        steps.add(new ArtefactsStep(
                release,
                options.origin(),
                architecture,
                artefacts(architecture),
                new Transfers(options.origin(), release, files)));
        manner.beforeStart.ifPresent(steps::add);
        steps.addAll(manner.bringing);
        steps.add(manner.replacing ? new RevertibleStart(service, options.role(), architecture) : service);
        if (options.role().server()) {
            steps.add(new ReadyStep(resolved, clock));
        }
        if (options.role() instanceof Role.First && manner.access) {
            steps.add(new AccessStep(options.host(), kubeconfig));
        }
        return steps;
    }

    /**
     * The release for a host: what {@code --k3s} says, else what is installed, else the preferred one the host can run. Another version than the
     * installed one is a usage failure: a running K3s is not replaced.
     */
    public Release release(Facts facts) {
        String there = facts.presence().k3s();
        String state = facts.kept().state();
        boolean ours = state != null || facts.kept().journal() != null;
        if (there != null && ours && there.contains("+k3s")) {
            K3sVersion installed = K3sVersion.parse(there);
            // A binary that a run which was cut off left, and that never ran, may still be replaced by another version.
            boolean ran = state != null && state.contains("\"" + ServiceStep.VERSION + "\"");
            if ((!ran || manner.replacing) && options.version().isPresent()) {
                return catalogue.release(options.version().get());
            }
            if (options.version().isPresent() && !options.version().get().equals(installed)) {
                throw Failure.usage("K3s " + installed + " is installed there, not "
                                + options.version().get() + "; vfaas up does not replace a K3s that runs")
                        .next("vfaas upgrade HOST --k3s " + options.version().get() + ", or leave --k3s out");
            }
            return catalogue.release(installed);
        }
        if (options.version().isPresent()) {
            return catalogue.release(options.version().get());
        }
        if (options.origin() instanceof Origin.Airgap) {
            throw Failure.usage("with --airgap, --k3s must say which version the folder holds")
                    .next("--k3s VERSION; known are " + catalogue.versions());
        }
        if (facts.cgroup() == 0) {
            throw Failure.of(ExitCode.PREFLIGHT, options.host() + ": the server has no control groups");
        }
        return catalogue.preferred(facts.cgroup());
    }

    private List<Artefact> artefacts(Architecture architecture) {
        List<Artefact> artefacts = new ArrayList<>();
        artefacts.add(Artefact.binary(architecture));
        artefacts.add(Artefact.installScript());
        if (options.origin() instanceof Origin.Airgap(var folder)) {
            architecture.images().stream()
                    .filter(file -> Files.isRegularFile(folder.resolve(file)))
                    .findFirst()
                    .ifPresent(file -> artefacts.add(Artefact.images(file)));
        }
        return artefacts;
    }
}
