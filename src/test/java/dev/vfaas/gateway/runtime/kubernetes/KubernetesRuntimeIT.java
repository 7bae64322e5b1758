package dev.vfaas.gateway.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.FunctionRuntimeContract;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.Secrets;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.FunctionNamespace;
import dev.vfaas.openfaas.FunctionStatus;
import dev.vfaas.openfaas.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The runtime over a real Kubernetes 1.20. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubernetesRuntimeIT extends FunctionRuntimeContract {
    /** Images lie on the node: none is in a store of the gateway's. */
    private static final NodeImages NO_STORE = new NodeImages() {
        @Override
        public @Nullable String ofStore(String reference) {
            return null;
        }

        @Override
        public void keep(String name) {}

        @Override
        public void leave(String name) {}
    };

    private KubernetesBed bed;
    private KubernetesSecrets secrets;
    private KubernetesRuntime runtime;

    @BeforeAll
    void open(@TempDir Path folder) throws Exception {
        bed = new KubernetesBed(folder);
        begin();
    }

    private void begin() {
        Cluster cluster = Cluster.of(bed.kubeconfig);
        secrets = new KubernetesSecrets(cluster);
        runtime = new KubernetesRuntime(cluster, secrets, NO_STORE, line -> {});
    }

    @AfterEach
    void clear() {
        for (String namespace : runtime.namespaces()) {
            runtime.list(namespace).forEach(function -> runtime.remove(new FunctionKey(namespace, function.name())));
        }
    }

    @AfterAll
    void close() {
        if (runtime != null) {
            runtime.close();
        }
        if (bed != null) {
            bed.close();
        }
    }

    @Override
    protected FunctionRuntime runtime() {
        return runtime;
    }

    @Override
    protected Secrets secrets() {
        return secrets;
    }

    @Override
    protected String image() {
        return KubernetesBed.IMAGE;
    }

    @Override
    protected void restart() {
        runtime.close();
        begin();
    }

    @Test
    void no_call_fails_while_the_api_is_away_for_a_minute() throws Exception {
        runtime.deploy(function("steady", Map.of("version", "v1")));
        awaitReady("steady", 1);
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger calls = new AtomicInteger();
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        Thread caller = Thread.startVirtualThread(() -> {
            while (!over.get()) {
                try {
                    assertThat(call("steady", "/")).isEqualTo("v1");
                    calls.incrementAndGet();
                    Thread.sleep(10);
                } catch (Throwable e) {
                    failures.add(e);
                }
            }
        });
        bed.server.run("pkill -STOP -x kube-apiserver").orFail("stop the API server");
        try {
            Thread.sleep(60_000); // the time the promise names
        } finally {
            bed.server.run("pkill -CONT -x kube-apiserver").orFail("let it go on");
        }
        int during = calls.get();
        runtime.deploy(function("after", Map.of("version", "v2"))); // and the watches have come back
        awaitReady("after", 1);
        over.set(true);
        caller.join();
        assertThat(failures).isEmpty();
        assertThat(during).isGreaterThan(1000);
    }

    @Test
    void functions_are_what_other_tools_know_and_run_restricted() throws Exception {
        runtime.deploy(function("known", Map.of("write_timeout", "45s")));
        awaitReady("known", 1);
        assertThat(bed.kubectl("get deployment,service -n openfaas-fn -l faas_function=known -o name"))
                .contains("deployment.apps/known", "service/known");
        assertThat(call("known", "/user")).isEqualTo("12000");
        assertThat(call("known", "/write/etc-x")).contains("denied");
        assertThat(
                        bed.kubectl(
                                "get deployment known -n openfaas-fn -o jsonpath={.spec.template.spec.terminationGracePeriodSeconds}"))
                .isEqualTo("47");

        bed.kubectl("scale deployment known -n openfaas-fn --replicas=2"); // by someone else
        awaitReady("known", 2);
        runtime.remove(key("known"));
        await(
                () -> bed.kubectl("get deployment,service,pods -n openfaas-fn -l faas_function=known -o name")
                        .isBlank(),
                () -> "objects are left");
    }

    @Test
    void an_image_that_cannot_be_pulled_is_told_with_its_pod() {
        runtime.deploy(of("registry.invalid/nothing:1", function("pulls", Map.of())));
        await(
                () -> note("pulls", "dev.vfaas.status").equals("CrashLoop"),
                () -> status("pulls").toString());
        assertThat(note("pulls", "dev.vfaas.status.reason"))
                .contains("pod pulls-", "ErrImagePull", "registry.invalid/nothing:1");
        assertThatThrownBy(() -> runtime.live(key("pulls"))
                        .activate()
                        .toCompletableFuture()
                        .get())
                .hasMessageContaining("cannot start");
    }

    private static FunctionDeployment of(String image, FunctionDeployment asked) {
        return new FunctionDeployment(
                asked.service(),
                image,
                null,
                null,
                asked.envVars(),
                asked.constraints(),
                asked.secrets(),
                asked.labels(),
                asked.annotations(),
                null,
                null,
                false);
    }

    @Test
    void a_private_image_is_pulled_once_a_secret_has_the_login() throws Exception {
        FunctionDeployment asked = of(bed.privateImage(), function("private", Map.of("version", "v1")));
        runtime.deploy(asked);
        await(
                () -> note("private", "dev.vfaas.status.reason").contains("ErrImagePull"),
                () -> status("private").toString());

        String login = Base64.getEncoder().encodeToString("reader:open sesame".getBytes(StandardCharsets.UTF_8));
        String config = "{\"auths\": {\"" + bed.registry.host() + "\": {\"auth\": \"" + login + "\"}}}";
        secrets.create(FunctionKey.DEFAULT_NAMESPACE, "registry-login", Secret.of(config));
        runtime.update(asked);
        awaitReady("private", 1);
        assertThat(call("private", "/")).isEqualTo("v1");
        assertThat(status("private").secrets()).isEmpty();
        assertThat(secrets.names(FunctionKey.DEFAULT_NAMESPACE)).contains("registry-login");
        secrets.delete(FunctionKey.DEFAULT_NAMESPACE, "registry-login");
    }

    @Test
    void a_probe_that_fails_is_told_with_its_answer() {
        FunctionDeployment plain = function("unready", Map.of());
        runtime.deploy(new FunctionDeployment(
                "unready",
                plain.image(),
                null,
                null,
                Map.of(),
                List.of(),
                List.of(),
                Map.of(),
                Map.of("com.openfaas.ready.http.path", "/secret/none"),
                null,
                null,
                false));
        runtime.deploy(function("sick", Map.of("sick", "yes"))); // its liveness probe fails too, and ends it
        for (String name : List.of("unready", "sick")) {
            await(
                    () -> note(name, "dev.vfaas.status").equals("CrashLoop"),
                    () -> status(name).toString());
            assertThat(status(name).availableReplicas()).isZero();
        }
        assertThat(toldInFull("unready")).contains("pod unready-", "is not ready", "statuscode: 500");
        assertThat(toldInFull("sick")).contains("pod sick-", "restarts", "statuscode: 503");
    }

    private String toldInFull(String name) {
        FunctionStatus told = runtime.find(key(name), true);
        assertThat(told).isNotNull();
        return told.annotations().getOrDefault("dev.vfaas.status.reason", "");
    }

    @Test
    void a_quota_that_is_used_up_is_told() {
        bed.kubectl("create quota none -n openfaas-fn --hard=pods=0");
        try {
            runtime.deploy(function("over", Map.of()));
            await(
                    () -> note("over", "dev.vfaas.status").equals("CrashLoop"),
                    () -> status("over").toString());
            assertThat(note("over", "dev.vfaas.status.reason")).contains("FailedCreate", "exceeded quota: none");
        } finally {
            bed.kubectl("delete quota none -n openfaas-fn");
        }
    }

    @Test
    void a_constraint_no_node_meets_is_told_and_a_bad_one_refused() {
        FunctionDeployment asked = function("placed", Map.of());
        runtime.deploy(with(asked, List.of("disk=none")));
        await(
                () -> note("placed", "dev.vfaas.status.reason").contains("Unschedulable"),
                () -> status("placed").toString());
        assertThat(status("placed").constraints()).containsExactly("disk=none");
        assertThatThrownBy(() -> runtime.update(with(asked, List.of("disk"))))
                .isInstanceOfSatisfying(
                        RuntimeFailure.class, e -> assertThat(e.kind()).isEqualTo(RuntimeFailure.Kind.INVALID))
                .hasMessageContaining("constraint \"disk\"");
    }

    private static FunctionDeployment with(FunctionDeployment asked, List<String> constraints) {
        return new FunctionDeployment(
                asked.service(),
                asked.image(),
                null,
                null,
                asked.envVars(),
                constraints,
                asked.secrets(),
                asked.labels(),
                asked.annotations(),
                null,
                null,
                false);
    }

    @Test
    void namespaces_come_and_go_and_others_are_left_alone() throws Exception {
        runtime.createNamespace(new FunctionNamespace("staging", Map.of("team", "web"), Map.of()));
        assertThat(runtime.namespaces()).contains("openfaas-fn", "staging").doesNotContain("kube-system");
        assertThat(runtime.namespace("staging").labels()).containsEntry("team", "web");
        assertThat(runtime.namespace("kube-system")).isNull();
        assertThatThrownBy(() -> runtime.removeNamespace("kube-system")).hasMessageContaining("not found");
        assertThatThrownBy(() -> runtime.removeNamespace("openfaas-fn")).hasMessageContaining("default");
        runtime.removeNamespace("staging");
        assertThat(runtime.namespaces()).doesNotContain("staging");
    }
}
