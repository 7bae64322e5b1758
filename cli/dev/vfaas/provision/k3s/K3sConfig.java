package dev.vfaas.provision.k3s;

import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.ManagedFile;
import dev.vfaas.provision.facts.Facts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.representer.Representer;

/** The files that configure K3s; vfaas owns these and no others. Pure. */
final class K3sConfig {
    static final String PATH = "/etc/rancher/k3s/config.yaml.d/10-vfaas.yaml";
    static final String KUBELET_PATH = "/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/10-vfaas.conf";
    /** Where the state keeps the datastore that was chosen: {@code etcd} or {@code sqlite}. */
    static final String DATASTORE = "k3s.datastore";

    /** Four gigabytes as machines are sold, less what kernels and firmware keep: below it etcd would leave too little for functions. */
    private static final long ETCD_MEMORY = 3600L << 20;

    /** K3s's documentation names these versions of iptables as broken (k3s#3117); Ubuntu 20.04 has one of them. */
    private static final List<String> BROKEN_IPTABLES = List.of("1.8.0", "1.8.1", "1.8.2", "1.8.3", "1.8.4");

    /** Where the state keeps the names the API server's certificate holds, separated by commas. */
    static final String NAMES = "k3s.names";

    /** Where the state keeps the node's name when it is not the host's: a restored cluster keeps the node its volumes belong to. */
    static final String NODE_NAME = "k3s.node-name";

    private final K3sOptions options;
    private final K3sVersion version;

    K3sConfig(K3sOptions options, K3sVersion version) {
        this.options = options;
        this.version = version;
    }

    /** The datastore: once chosen it stays, since changing it converts the data. */
    static String datastore(Facts facts, HostState state) {
        return state.value(DATASTORE).orElse(facts.memory().total() >= ETCD_MEMORY ? "etcd" : "sqlite");
    }

    /** What was asked, else what an earlier run was asked, else the name the person gave the host. */
    List<String> names(HostState state) {
        if (!options.names().isEmpty()) {
            return options.names();
        }
        return state.value(NAMES)
                .filter(kept -> !kept.isEmpty())
                .map(kept -> List.of(kept.split(",")))
                .orElse(List.of(options.host()));
    }

    /** The files as they shall be. */
    List<ManagedFile> files(Facts facts, HostState state) {
        List<ManagedFile> files = new ArrayList<>();
        String text = "# Written by vfaas; what you add belongs into another file of this folder.\n"
                + yaml(values(facts, state));
        files.add(new ManagedFile(
                PATH,
                text.getBytes(StandardCharsets.UTF_8),
                0600,
                "root:root",
                options.role() instanceof Role.Joining));
        if (facts.cgroup() == 1 && version.atLeast(1, Catalogue.CGROUP_V2_MINOR)) {
            Map<String, Object> kubelet = new LinkedHashMap<>();
            kubelet.put("apiVersion", "kubelet.config.k8s.io/v1beta1");
            kubelet.put("kind", "KubeletConfiguration");
            kubelet.put("failCgroupV1", false);
            files.add(ManagedFile.text(KUBELET_PATH, yaml(kubelet), 0600));
        }
        return files;
    }

    private Map<String, Object> values(Facts facts, HostState state) {
        Map<String, Object> values = new LinkedHashMap<>();
        switch (options.role()) {
            case Role.First() -> {
                if (datastore(facts, state).equals("etcd")) {
                    values.put("cluster-init", true);
                }
            }
            case Role.Joining joining -> {
                values.put("server", joining.url());
                values.put("token", joining.token().revealText());
                if (joining.sameName()) {
                    values.put("with-node-id", true);
                }
            }
        }
        state.value(NODE_NAME).ifPresent(name -> values.put("node-name", name));
        if (options.role().server()) {
            server(values, facts, state);
        }
        String iptables = facts.iptables();
        if (iptables != null && BROKEN_IPTABLES.contains(iptables)) {
            values.put("prefer-bundled-bin", true);
        }
        return values;
    }

    private void server(Map<String, Object> values, Facts facts, HostState state) {
        values.put("write-kubeconfig-mode", "0600");
        values.put("secrets-encryption", true);
        values.put("tls-san", names(state));
        if (!options.world()) {
            values.put("disable", List.of("traefik", "servicelb"));
        }
        if (options.role() instanceof Role.Server || datastore(facts, state).equals("etcd")) {
            values.put("etcd-snapshot-schedule-cron", "0 */6 * * *");
            values.put("etcd-snapshot-retention", 10);
        }
    }

    private static String yaml(Map<String, Object> values) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setIndent(2);
        options.setSplitLines(false);
        return new Yaml(new Representer(options), options).dump(values);
    }
}
