package dev.vfaas.provision.k3s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.ManagedFile;
import dev.vfaas.provision.facts.Facts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class K3sConfigTest {
    @Test
    void aServerOf4GigabytesWithUbuntu2004sTraps() {
        List<ManagedFile> files = files(Hosts.host(1, "1.8.4", 3900), "v1.34.10+k3s1", new Role.First(), false);
        assertThat(files).singleElement().satisfies(file -> {
            assertThat(file.path()).isEqualTo("/etc/rancher/k3s/config.yaml.d/10-vfaas.yaml");
            assertThat(file.mode()).isEqualTo(0600);
            assertThat(file.text()).isEqualTo("""
                            # Written by vfaas; what you add belongs into another file of this folder.
                            cluster-init: true
                            write-kubeconfig-mode: '0600'
                            secrets-encryption: true
                            tls-san:
                            - 203.0.113.10
                            - faas.example.com
                            disable:
                            - traefik
                            - servicelb
                            etcd-snapshot-schedule-cron: 0 */6 * * *
                            etcd-snapshot-retention: 10
                            prefer-bundled-bin: true
                            """);
        });
    }

    @Test
    void aSmallServerKeepsItsStateInSqlite() {
        assertThat(files(Hosts.host(2, "1.8.7", 1990), "v1.36.3+k3s1", new Role.First(), true)
                        .getFirst()
                        .text())
                .isEqualTo("""
                        # Written by vfaas; what you add belongs into another file of this folder.
                        write-kubeconfig-mode: '0600'
                        secrets-encryption: true
                        tls-san:
                        - 203.0.113.10
                        - faas.example.com
                        """);
    }

    @Test
    void theDatastoreStaysWhenTheServerGrows() {
        HostState state = new HostState("1", Map.of(), Set.of(), Set.of(), Map.of(K3sConfig.DATASTORE, "sqlite"));
        assertThat(K3sConfig.datastore(Hosts.host(2, null, 16000), state)).isEqualTo("sqlite");
        assertThat(K3sConfig.datastore(Hosts.host(2, null, 16000), HostState.NONE))
                .isEqualTo("etcd");
    }

    @Test
    void aNewKubeletOnControlGroupsVersion1IsToldToStart() {
        List<ManagedFile> files = files(Hosts.host(1, null, 3900), "v1.35.7+k3s1", new Role.First(), false);
        assertThat(files).hasSize(2);
        assertThat(files.get(1).path()).isEqualTo("/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/10-vfaas.conf");
        assertThat(files.get(1).text()).isEqualTo("""
                        apiVersion: kubelet.config.k8s.io/v1beta1
                        kind: KubeletConfiguration
                        failCgroupV1: false
                        """);
        assertThat(files(Hosts.host(2, null, 3900), "v1.35.7+k3s1", new Role.First(), false))
                .hasSize(1);
    }

    @Test
    void anAgentsFileHoldsTheTokenAndIsShownNowhere() {
        Role agent = new Role.Agent("https://10.0.0.1:6443", Secret.of("K10::server:pw"), true);
        ManagedFile file =
                files(Hosts.host(2, null, 900), "v1.36.3+k3s1", agent, false).getFirst();
        assertThat(file.sensitive()).isTrue();
        assertThat(file.mode()).isEqualTo(0600);
        assertThat(file.text()).isEqualTo("""
                        # Written by vfaas; what you add belongs into another file of this folder.
                        server: https://10.0.0.1:6443
                        token: K10::server:pw
                        with-node-id: true
                        """);
        assertThat(agent.toString()).doesNotContain("pw");
    }

    @Test
    void whetherAServerRunsTraefikIsReadFromItsFile() {
        Role joined = new Role.Server("https://10.0.0.1:6443", Secret.of("K10::server:pw"), false);
        for (boolean ingress : new boolean[] {true, false}) {
            String text = files(Hosts.host(2, null, 3900), "v1.36.3+k3s1", joined, ingress)
                    .getFirst()
                    .text();
            assertThat(Role.ingressConfigured(text)).isEqualTo(ingress);
        }
    }

    private static List<ManagedFile> files(Facts facts, String version, Role role, boolean ingress) {
        K3sOptions options = new K3sOptions(
                "vds",
                role,
                Optional.empty(),
                new Origin.Official(),
                List.of("203.0.113.10", "faas.example.com"),
                ingress);
        return new K3sConfig(options, K3sVersion.parse(version)).files(facts, HostState.NONE);
    }
}
