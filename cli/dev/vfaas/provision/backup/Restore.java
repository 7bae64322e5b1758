package dev.vfaas.provision.backup;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.backup.ArchiveReader.Checked;
import dev.vfaas.provision.engine.Holder;
import dev.vfaas.provision.engine.HostFolder;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.StateText;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.k3s.K3sBlueprint;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Server;
import dev.vfaas.ssh.Upload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * {@code vfaas restore HOST FILE}: whether a server may become the one a backup was made of, and how. The node keeps the backup's name, whatever the
 * host is called: volumes belong to a node by its name.
 */
public final class Restore {
    private static final String FROM = "restore.from";
    private static final Duration SHORT = Duration.ofSeconds(30);
    /** Pods' own network: every first node of a cluster has an address of it. */
    private static final String PODS = "10.42.";

    private final Checked backup;
    private final String host;
    private final String name;
    private final Duration limit;
    private final Duration patience;

    /**
     * @param host how the person names the server
     * @param name the same without user and port
     * @param limit how long sending may take
     * @param patience how long to wait for pods
     */
    public Restore(Checked backup, String host, String name, Duration limit, Duration patience) {
        this.backup = backup;
        this.host = host;
        this.name = name;
        this.limit = limit;
        this.patience = patience;
    }

    /** What a server is to a restore. */
    public enum Standing {
        /** vfaas set up no K3s there. */
        FRESH,
        /** A restore of this backup was cut off there. */
        BEGUN,
        /** A K3s of vfaas's is there, whose data would be lost. */
        OCCUPIED
    }

    /** How the server stands; a Failure when the backup cannot be put back there at all. */
    public Standing standing(Facts facts) {
        Manifest manifest = backup.manifest();
        String version = manifest.fact("k3s");
        if (version.isEmpty()) {
            throw Failure.usage(backup.file() + " was made of a server without K3s: there is no cluster in it");
        }
        if (!manifest.fact("architecture").equals(facts.architecture())
                && manifest.files().containsKey("data/images.tar")) {
            throw Failure.of(
                            ExitCode.PREFLIGHT,
                            host + " is " + facts.architecture() + ", the backup's images are for "
                                    + manifest.fact("architecture"))
                    .next("take a server of that architecture, or a backup made with --without-images");
        }
        if (facts.disk().free() < 3 * backup.unpacked()) {
            throw Failure.of(
                            ExitCode.PREFLIGHT,
                            host + " has " + (facts.disk().free() >> 20) + " MiB free below /var/lib; the backup needs "
                                    + (3 * backup.unpacked() >> 20) + " MiB while it is unpacked")
                    .next("free space on the server, or take a bigger one");
        }
        String there = facts.presence().k3s();
        HostState state = new StateText().state(facts.kept().state());
        // Without K3s there is nothing to lose; with it only a restore that was cut off says that what runs there is
        // not a cluster in use.
        Set<String> left = new StateText().journal(facts.kept().journal()).steps();
        boolean cutOff = there == null || left.contains(RestoreStep.ID) || left.contains(RevivedStep.ID);
        if (state.value(FROM).map(manifest.id()::equals).orElse(false) && cutOff) {
            return Standing.BEGUN;
        }
        if (there == null) {
            return Standing.FRESH;
        }
        if (facts.kept().state() == null) {
            throw Failure.of(ExitCode.PREFLIGHT, host + " has a K3s that vfaas did not set up")
                    .next("take another server, or uninstall that K3s first: k3s-uninstall.sh");
        }
        if (!there.equals(version)) {
            throw Failure.of(
                            ExitCode.PREFLIGHT,
                            host + " runs K3s " + there + ", the backup is of " + version
                                    + ": a datastore is read by its own version")
                    .next("vfaas down " + host + ", then the same restore; or upgrade first: vfaas upgrade " + host
                            + " --k3s " + version);
        }
        return Standing.OCCUPIED;
    }

    /** Whether the server has another address than the backup's. */
    public boolean moved(Facts facts) {
        Set<String> before = new LinkedHashSet<>(
                Arrays.asList(backup.manifest().fact("addresses").split(" ")));
        return facts.network().addresses().stream()
                .noneMatch(address -> !address.startsWith(PODS) && before.contains(address));
    }

    /**
     * Tells a server that is not {@link Standing#BEGUN} what it is going to be, before the steps are planned: datastore, node's name, the certificate's names, and what was chosen on
     * the backup's server, for example its stack.
     */
    public void announce(Server server, Facts facts) {
        if (facts.kept().lock() != null) {
            throw Failure.of(
                            ExitCode.LOCKED,
                            host + " is being changed by "
                                    + Holder.parse(facts.kept().lock()).told())
                    .next("when that run has ended, or for one that died after vfaas up " + host
                            + " took its lock over: the same restore");
        }
        StateText text = new StateText();
        HostState there = text.state(facts.kept().state());
        HostState saved = text.state(backup.state().isEmpty() ? null : backup.state());
        Map<String, String> values = new LinkedHashMap<>(there.values());
        saved.values().forEach((key, value) -> {
            if (!key.startsWith("k3s.") && !key.startsWith("sysctl.") && !key.startsWith("restore.")) {
                values.put(key, value);
            }
        });
        Manifest manifest = backup.manifest();
        values.put(FROM, manifest.id());
        values.put(K3sBlueprint.datastoreKey(), manifest.fact("datastore"));
        Set<String> names = new LinkedHashSet<>(List.of(name));
        saved.value(K3sBlueprint.namesKey())
                .ifPresent(old -> names.addAll(Arrays.stream(old.split(","))
                        .filter(one -> !one.isEmpty())
                        .toList()));
        values.put(K3sBlueprint.namesKey(), String.join(",", names));
        if (manifest.fact("node").equals(facts.hostname().toLowerCase(Locale.ROOT))) {
            values.remove(K3sBlueprint.nodeNameKey());
        } else {
            values.put(K3sBlueprint.nodeNameKey(), manifest.fact("node"));
        }
        HostState announced = new HostState(
                there.vfaas().isEmpty() ? manifest.vfaas() : there.vfaas(),
                there.files(),
                there.folders(),
                there.steps(),
                values);
        server.runAsRoot(Command.of("install", "-d", "-m", "0700", HostFolder.STANDARD.path()), SHORT);
        server.upload(
                Upload.secret(HostFolder.STANDARD.state(), text.write(announced).getBytes(StandardCharsets.UTF_8)),
                null,
                SHORT);
    }

    /** The step that puts the data below K3s. @param again even where the backup was put back before */
    public Step data(boolean again) {
        return new RestoreStep(backup, limit, again);
    }

    /** The step that sees whether everything runs. */
    public Step revive(Facts facts) {
        return new RevivedStep(backup.manifest(), moved(facts), patience);
    }
}
