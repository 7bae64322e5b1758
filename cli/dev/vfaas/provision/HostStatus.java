package dev.vfaas.provision;

import dev.vfaas.console.Fields;
import dev.vfaas.provision.engine.Blueprint;
import dev.vfaas.provision.engine.Engine;
import dev.vfaas.provision.engine.Holder;
import dev.vfaas.provision.engine.HostFolder;
import dev.vfaas.provision.engine.Observed;
import dev.vfaas.provision.engine.Plan;
import dev.vfaas.provision.engine.Self;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.FactsScript;
import dev.vfaas.provision.facts.FactsScript.Depth;
import dev.vfaas.provision.k3s.ClusterStatus;
import dev.vfaas.ssh.Server;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a server is, compared with what vfaas wrote there.
 *
 * @param vfaas the version that set it up; empty when none did
 * @param system the operating system's name
 * @param interrupted whether a run was cut off
 * @param lock who changes it now; null when nobody does
 * @param values what steps remembered, for example versions
 * @param files by path: {@code as written}, {@code changed}, {@code missing}
 * @param disk of the file system below /var/lib
 * @param cluster null on a host that runs no server of a cluster
 */
public record HostStatus(
        String host,
        String vfaas,
        String system,
        boolean interrupted,
        @Nullable Holder lock,
        Map<String, String> values,
        Map<String, String> files,
        Facts.Disk disk,
        @Nullable ClusterStatus cluster) {
    /** Whether something is not as vfaas wrote it, or was never finished. */
    public boolean drifted() {
        return interrupted || files.values().stream().anyMatch(state -> !state.equals("as written"));
    }

    /** For JSON and YAML. */
    public Map<String, @Nullable Object> data() {
        List<Map<String, @Nullable Object>> list = new ArrayList<>();
        files.forEach((path, state) -> list.add(Fields.of("path", path, "state", state)));
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("host", host);
        data.put("vfaas", vfaas);
        data.put("system", system);
        data.put("interrupted", interrupted);
        data.put("lock", lock == null ? null : holder(lock));
        data.put("values", values);
        data.put("files", list);
        data.put("drift", drifted());
        data.put("disk", Fields.of("total", disk.total(), "free", disk.free()));
        data.put("cluster", cluster == null ? null : cluster.data());
        return data;
    }

    private static Map<String, @Nullable Object> holder(Holder lock) {
        return Fields.of(
                "who",
                lock.who(),
                "action",
                lock.action(),
                "since",
                lock.since().toString());
    }

    /** Reads the status in two round trips, and two more where a cluster is, that change nothing. */
    public record Reader(InstantSource clock, HostFolder folder) {
        /** @param blueprint the steps whose files are looked at besides those the host's state names */
        public HostStatus read(Server server, Blueprint blueprint) {
            Facts facts = new FactsScript(clock, folder.path()).collect(server, Depth.NEEDED, List.of());
            Self nobody = new Self("", "", 0, "", "");
            Plan plan = new Engine(server, folder, nobody, clock, event -> {}).plan(facts, blueprint.steps(facts));
            Map<String, String> files = new LinkedHashMap<>();
            plan.state().files().forEach((path, written) -> {
                Observed.FileState now = plan.observed().files().get(path);
                boolean same = now != null && now.sha256().equals(written.sha256()) && now.mode() == written.mode();
                files.put(path, now == null ? "missing" : same ? "as written" : "changed");
            });
            String lock = facts.kept().lock();
            return new HostStatus(
                    server.name(),
                    plan.state().vfaas(),
                    facts.os().name(),
                    plan.left().present(),
                    lock == null ? null : Holder.parse(lock),
                    plan.state().values(),
                    files,
                    facts.disk(),
                    runsServer(facts, plan) ? ClusterStatus.of(server) : null);
        }

        /** Whether a server of a cluster is there that vfaas set up; agents have no admin's access. */
        private static boolean runsServer(Facts facts, Plan plan) {
            return facts.presence().k3s() != null
                    && plan.state().values().containsKey("k3s.version")
                    && plan.state().steps().contains("k3s-ready");
        }
    }
}
