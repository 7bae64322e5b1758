package dev.vfaas.provision.k3s;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Blueprint;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The steps that make a host a server or an agent of a K3s cluster. */
public final class K3sBlueprint implements Blueprint {
    private final K3sOptions options;
    private final Catalogue catalogue;
    private final ReleaseFiles files;
    private final KubeconfigFile kubeconfig;
    private final InstantSource clock;

    public K3sBlueprint(
            K3sOptions options,
            Catalogue catalogue,
            ReleaseFiles files,
            KubeconfigFile kubeconfig,
            InstantSource clock) {
        this.options = options;
        this.catalogue = catalogue;
        this.files = files;
        this.kubeconfig = kubeconfig;
        this.clock = clock;
    }

    /** The loopback port of this machine that the kubeconfig's context of a host names; an SSH forward leads from it to the API server. */
    public static int apiPort(String host) {
        return AccessStep.port(host);
    }

    @Override
    public List<Step> steps(Facts facts) {
        Release release = release(facts);
        Architecture architecture = Architecture.of(facts.architecture());
        K3sConfig config = new K3sConfig(options, release.version());
        List<Step> steps = new ArrayList<>();
        steps.add(new ConfigStep(config, options.role() instanceof Role.Joining));
        steps.add(new ArtefactsStep(
                release,
                options.origin(),
                architecture,
                artefacts(architecture),
                new Transfers(options.origin(), release, files)));
        steps.add(new ServiceStep(options, release.version(), config));
        if (options.role().server()) {
            steps.add(new ReadyStep(options, clock));
        }
        if (options.role() instanceof Role.First) {
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
            if (!ran && options.version().isPresent()) {
                return catalogue.release(options.version().get());
            }
            if (options.version().isPresent() && !options.version().get().equals(installed)) {
                throw Failure.usage("K3s " + installed + " is installed there, not "
                                + options.version().get() + "; this version of vfaas does not replace a K3s that runs")
                        .next("leave --k3s out, or set the server up anew: vfaas down HOST, then vfaas up HOST");
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
