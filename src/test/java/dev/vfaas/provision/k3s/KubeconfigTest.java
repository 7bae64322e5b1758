package dev.vfaas.provision.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeconfigTest {
    private static final String OWN = """
            apiVersion: v1
            kind: Config
            preferences: {colors: true}
            current-context: work
            clusters:
            - name: work
              cluster: {server: 'https://work.example:6443'}
            - name: vds
              cluster: {server: 'https://old.example:6443', insecure-skip-tls-verify: true}
            users:
            - name: work
              user: {token: abc}
            - name: vds
              user: {token: stale}
            contexts:
            - name: work
              context: {cluster: work, user: work, namespace: team}
            """;

    private static final String SERVER = """
            apiVersion: v1
            clusters:
            - cluster:
                certificate-authority-data: Q0E=
                server: https://127.0.0.1:6443
              name: default
            contexts:
            - context:
                cluster: default
                user: default
              name: default
            current-context: default
            kind: Config
            users:
            - name: default
              user:
                client-certificate-data: Q0VSVA==
                client-key-data: S0VZ
            """;

    @TempDir
    Path home;

    @Test
    void mergesByNameAndReplacesStaleEntriesWhole() throws IOException {
        Path path = home.resolve(".kube/config");
        Files.createDirectories(path.getParent());
        Files.writeString(path, OWN);
        KubeconfigFile file = file(Map.of());
        file.change(kubeconfig -> kubeconfig.put("vds", Kubeconfig.parse(SERVER, "server"), 17000, "sum1", true));
        assertThat(path).content().isEqualTo("""
                        apiVersion: v1
                        kind: Config
                        preferences:
                          colors: true
                        current-context: work
                        clusters:
                        - name: work
                          cluster:
                            server: https://work.example:6443
                        - name: vds
                          cluster:
                            certificate-authority-data: Q0E=
                            server: https://127.0.0.1:17000
                            extensions:
                            - name: dev.vfaas
                              extension:
                                source: sum1
                        users:
                        - name: work
                          user:
                            token: abc
                        - name: vds
                          user:
                            client-certificate-data: Q0VSVA==
                            client-key-data: S0VZ
                        contexts:
                        - name: work
                          context:
                            cluster: work
                            user: work
                            namespace: team
                        - name: vds
                          context:
                            cluster: vds
                            user: vds
                        """);
        assertThat(file.read().source("vds")).contains("sum1");
        assertThat(file.read().source("work")).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(path.resolveSibling("config.vfaas-backup")).content().isEqualTo(OWN);
    }

    @Test
    void anUnchangedFileIsNotTouchedAndRemovingLeavesTheRest() throws IOException {
        KubeconfigFile file = file(Map.of("KUBECONFIG", home.resolve("a.yaml") + ":" + home.resolve("b.yaml")));
        file.change(kubeconfig -> kubeconfig.put("vds", Kubeconfig.parse(SERVER, "server"), 17000, "sum1", true));
        assertThat(file.path()).isEqualTo(home.resolve("a.yaml")).content().contains("current-context: vds");
        var before = Files.getLastModifiedTime(file.path());
        Object key = Files.readAttributes(file.path(), "unix:ino").get("ino");
        file.change(kubeconfig -> kubeconfig.put("vds", Kubeconfig.parse(SERVER, "server"), 17000, "sum1", true));
        assertThat(Files.getLastModifiedTime(file.path())).isEqualTo(before);
        assertThat(Files.readAttributes(file.path(), "unix:ino")).containsEntry("ino", key);
        file.change(kubeconfig -> kubeconfig.remove("vds"));
        assertThat(file.path()).content().doesNotContain("vds").doesNotContain("S0VZ");
    }

    @Test
    void aFileThatCannotBeUnderstoodIsLeftAndNotQuoted() throws IOException {
        Path path = home.resolve("k");
        Files.writeString(path, "users: [token: 'SECRET");
        KubeconfigFile file = file(Map.of("KUBECONFIG", path.toString()));
        assertThatThrownBy(() -> file.change(kubeconfig -> kubeconfig.remove("vds")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining(path.toString())
                .hasMessageNotContaining("SECRET")
                .hasNoCause();
        assertThat(path).content().isEqualTo("users: [token: 'SECRET");
    }

    private KubeconfigFile file(Map<String, String> variables) {
        return new KubeconfigFile(new Environment(variables, home, home, Environment.Terminal.NONE));
    }
}
