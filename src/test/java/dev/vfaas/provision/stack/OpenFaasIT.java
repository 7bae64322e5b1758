package dev.vfaas.provision.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.provision.Findings;
import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code --stack openfaas} against real sshd, systemd and Kubernetes. What acts on the HelmChart is a stand-in (scripts/testbed/helm-stand-in): this
 * shows what vfaas does, not what OpenFaaS's chart does.
 */
class OpenFaasIT {
    private static final String VERSION = "v1.20.2+k3s1";
    private static final String CHART = "k3s kubectl -n kube-system get helmchart openfaas ";

    /** Files, start of K3s, and versions of the objects: what a second run must leave as they are. */
    private static final String TRACES =
            "find /etc /usr/local /var/lib/vfaas -xdev -type f -printf '%p %T@ %i\\n' | grep -v -e /etc/mtab | sort;"
                    + " systemctl show k3s -p ActiveEnterTimestamp;"
                    + " k3s kubectl -n kube-system get helmchart openfaas -o 'jsonpath={.metadata.resourceVersion}';"
                    + " k3s kubectl -n openfaas get secret basic-auth -o 'jsonpath={.metadata.resourceVersion}';"
                    + " k3s kubectl get namespaces openfaas openfaas-fn -o 'jsonpath={.items[*].metadata.resourceVersion}'";

    @TempDir
    Path home;

    @Test
    void upFailsHonestlyThenRunsThenChangesNothingThenLeaves() throws IOException {
        try (Testbed testbed = Testbed.withKubernetes()) {
            TestServer one = testbed.server("one");
            String mirror = testbed.release(VERSION).url();

            // Nobody accepted the terms: they are shown, and the server is not touched.
            Tool.Outcome unasked = up(one, "--stack", "openfaas", "--k3s", VERSION, "--mirror", mirror);
            assertThat(unasked.exitCode()).isEqualTo(2);
            assertThat(unasked.err())
                    .contains(
                            "Community Edition EULA", "60 days", "https://github.com/openfaas/faas/blob/master/EULA.md")
                    .contains("--accept-openfaas-eula", "nothing was changed");
            assertThat(one.run("ls -d /var/lib/vfaas /usr/local/bin/k3s 2>/dev/null")
                            .out())
                    .isEmpty();

            Tool.Outcome bare = up(one, "--stack", "none", "--k3s", VERSION, "--mirror", mirror);
            assertThat(bare.exitCode()).as(bare.err()).isZero();
            standIn(one);

            Tool.Outcome planned = up(one, "--stack", "openfaas", "--dry-run", "--exit-code");
            assertThat(planned.exitCode()).as(planned.err()).isEqualTo(10);
            assertThat(planned.err()).contains("Community Edition EULA");
            assertThat(planned.out())
                    .contains("+ Namespace openfaas-fn", "+ HelmChart kube-system/openfaas", "failurePolicy: abort")
                    .contains("+ Secret openfaas/basic-auth", "basic-auth-password: [redacted]");
            assertThat(one.run("k3s kubectl get namespaces -o name").out()).doesNotContain("openfaas");

            // No Helm controller acts: within its deadline the run says so.
            Tool.Outcome alone = up(one, "--stack", "openfaas", "--accept-openfaas-eula");
            assertThat(alone.exitCode()).as(alone.err()).isEqualTo(6);
            assertThat(alone.err()).contains("Helm controller has not taken up the chart", "disable-helm-controller");
            assertThat(one.run(CHART + "-o 'jsonpath={.spec.version} {.spec.failurePolicy} {.spec.targetNamespace}'")
                            .out())
                    .isEqualTo("15.0.6 abort openfaas");
            assertThat(one.run(CHART + "-o 'jsonpath={.spec.valuesContent}'").out())
                    .contains("exposeServices: false", "generateBasicAuth: false")
                    .doesNotContain("NodePort");
            String password = password(one);
            assertThat(password).matches("[A-Za-z0-9]{32}");
            assertThat(one.run("cat /var/lib/vfaas/audit.jsonl").out())
                    .contains("\"openfaas.eula\":\"2026-04-01, accepted 20")
                    .doesNotContain(password);

            assertThat(Findings.of(run(one, "doctor", "-o", "json")))
                    .containsEntry("O-HELM", "warn")
                    .containsEntry("G-GATEWAY", "block")
                    .containsEntry("G-LOGIN", "warn");

            // With a Helm controller (a stand-in) the next run finishes the work, and asks for nothing again.
            one.run("touch /run/helm-acts").orFail("touch");
            Tool.Outcome again = up(one);
            assertThat(again.exitCode()).as(again.err()).isZero();
            assertThat(again.out()).contains("is ready");
            assertThat(password(one)).isEqualTo(password);
            String address = one.run("k3s kubectl -n openfaas get service gateway -o 'jsonpath={.spec.clusterIP}'")
                    .out();
            assertThat(Files.readString(home.resolve(".config/vfaas/contexts.yml")))
                    .contains(address + ":8080", "current: " + one.address());
            assertNowhere(password, alone, again);

            String traces = one.run(TRACES).out();
            Tool.Outcome third = up(one);
            assertThat(third.exitCode()).as(third.err()).isZero();
            assertThat(third.out()).contains("nothing to do");
            assertThat(one.run(TRACES).out()).isEqualTo(traces);
            assertThat(run(one, "status").out()).contains("openfaas.eula", "faas-netes-ce");

            doctorCountsFunctions(one);

            // Another choice takes all of it away, but not while functions run.
            one.run("k3s kubectl -n openfaas-fn create deployment hello --image=k8s.gcr.io/pause:3.2"
                            + " && k3s kubectl create deployment there --image=k8s.gcr.io/pause:3.2"
                            + " && k3s kubectl label deployment there faas_function=there")
                    .orFail("create");
            Tool.Outcome refused = up(one, "--stack", "none");
            assertThat(refused.exitCode()).isEqualTo(3);
            assertThat(refused.err())
                    .contains("hello", "vfaas remove there -n default; vfaas remove hello -n openfaas-fn");
            one.run("k3s kubectl -n openfaas-fn delete deployment hello && k3s kubectl delete deployment there")
                    .orFail("delete");
            Tool.Outcome none = up(one, "--stack", "none");
            assertThat(none.exitCode()).as(none.err()).isZero();
            assertThat(one.run("k3s kubectl get namespaces,helmcharts,jobs -A -o name")
                            .out())
                    .doesNotContain("openfaas");
            assertThat(Files.readString(home.resolve(".config/vfaas/contexts.yml")))
                    .doesNotContain(one.address());
            assertThat(up(one).out()).contains("nothing to do");

            one.run("systemctl stop helm-stand-in").orFail("stop");
            Tool.Outcome down = run(one, "down", "--yes");
            assertThat(down.exitCode()).as(down.err()).isZero();
            assertThat(one.run("ls -d /etc/rancher /var/lib/rancher /var/lib/vfaas /usr/local/bin/k3s 2>/dev/null")
                            .out())
                    .isEmpty();
        }
    }

    private void doctorCountsFunctions(TestServer one) {
        assertThat(Findings.of(run(one, "doctor", "-o", "json")))
                .containsEntry("O-HELM", "pass")
                .containsEntry("O-FUNCTIONS", "pass")
                .containsEntry("O-TERMS", "pass")
                .containsEntry("G-GATEWAY", "pass")
                .containsEntry("G-LOGIN", "pass")
                .containsEntry("K-NODEPORTS", "pass");
        one.run(
                        "for i in $(seq 15); do k3s kubectl -n openfaas-fn create deployment f$i --image=k8s.gcr.io/pause:3.2 --replicas=0; done"
                                + " && k3s kubectl -n openfaas create service nodeport gateway-external --tcp=8080:8080 --node-port=31112")
                .orFail("create");
        assertThat(Findings.of(run(one, "doctor", "-o", "json")))
                .containsEntry("O-FUNCTIONS", "warn")
                .containsEntry("K-NODEPORTS", "warn");
        one.run("k3s kubectl -n openfaas-fn create deployment f16 --image=k8s.gcr.io/pause:3.2 --replicas=0")
                .orFail("create");
        assertThat(Findings.of(run(one, "doctor", "-o", "json"))).containsEntry("O-FUNCTIONS", "block");
        one.run(
                        "k3s kubectl -n openfaas-fn delete deployment --all && k3s kubectl -n openfaas delete service gateway-external")
                .orFail("delete");
    }

    /** Until /run/helm-acts exists it does nothing. */
    private static void standIn(TestServer server) {
        Path script = Path.of(System.getProperty("vfaas.basedir", "."), "scripts", "testbed", "helm-stand-in");
        server.upload(script, "/root/helm-stand-in");
        server.run("systemd-run --unit=helm-stand-in python3 /root/helm-stand-in")
                .orFail("helm-stand-in");
    }

    private static String password(TestServer server) {
        return server.run("k3s kubectl -n openfaas get secret basic-auth -o 'jsonpath={.data.basic-auth-password}'"
                        + " | base64 -d")
                .out();
    }

    private void assertNowhere(String secret, Tool.Outcome... outcomes) throws IOException {
        assertThat(outcomes).noneMatch(outcome -> (outcome.out() + outcome.err()).contains(secret));
        try (Stream<Path> files = Files.walk(home)) {
            List<Path> logs =
                    files.filter(file -> file.toString().endsWith(".log")).toList();
            assertThat(logs).isNotEmpty();
            for (Path log : logs) {
                assertThat(Files.readString(log)).doesNotContain(secret);
            }
        }
    }

    private Tool.Outcome up(TestServer server, String... options) {
        return run(server, "up", options);
    }

    private Tool.Outcome run(TestServer server, String command, String... options) {
        List<String> words = new java.util.ArrayList<>(List.of(
                command,
                "root@" + server.address(),
                "--identity",
                server.key().toString(),
                "--host-key",
                server.fingerprint()));
        words.addAll(List.of(options));
        return new Tool(home).run(words.toArray(String[]::new));
    }
}
