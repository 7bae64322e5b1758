package dev.vfaas.gateway.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What calls that are held meet: bad pods, a number that falls to 0, labels nobody can read. */
class KubernetesFunctionTest {
    private final Cluster cluster = new Cluster();

    /** A cluster that has one Deployment; what is to be done elsewhere is done when the test says so. */
    private static final class Cluster implements Numbers {
        final Queue<Runnable> tasks = new ArrayDeque<>();
        final Deque<RuntimeFailure> failures = new ArrayDeque<>();
        final Queue<Runnable> looks = new ArrayDeque<>();
        List<Pod> pods = List.of();
        int replicas;
        int generation = 1;
        int wakes;

        Deployment deployment(Map<String, String> labels) {
            return new DeploymentBuilder()
                    .withNewMetadata()
                    .withName("hello")
                    .withNamespace("openfaas-fn")
                    .withUid("u")
                    .withGeneration((long) generation)
                    .withResourceVersion(String.valueOf(generation))
                    .addToAnnotations(Marks.REVISION, "1")
                    .endMetadata()
                    .withNewSpec()
                    .withReplicas(replicas)
                    .withNewTemplate()
                    .withNewMetadata()
                    .withLabels(labels)
                    .addToLabels(Marks.REVISION, "1")
                    .endMetadata()
                    .withNewSpec()
                    .addNewContainer()
                    .withName("hello")
                    .withImage("hello:1")
                    .endContainer()
                    .endSpec()
                    .endTemplate()
                    .endSpec()
                    .build();
        }

        @Override
        public Deployment set(FunctionKey key, int wanted, @Nullable Integer baseline) {
            replicas = wanted;
            generation++;
            return deployment(Map.of());
        }

        @Override
        public Deployment wake(FunctionKey key, int wanted) {
            wakes++;
            RuntimeFailure failure = failures.poll();
            if (failure != null) {
                throw failure;
            }
            if (replicas == 0) {
                replicas = wanted;
                generation++;
            }
            return deployment(Map.of());
        }

        @Override
        public void async(Runnable task) {
            tasks.add(task);
        }

        @Override
        public List<Pod> pods(FunctionKey key) {
            return pods;
        }

        @Override
        public void later(Duration wait, Runnable task) {
            looks.add(task);
        }

        void work() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
    }

    private KubernetesFunction function(int replicas, Map<String, String> labels) {
        cluster.replicas = replicas;
        return new KubernetesFunction(cluster.deployment(labels), new Reading(), cluster);
    }

    private static Pod waiting(String name, String reason) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("openfaas-fn")
                .withUid(name)
                .withResourceVersion("1")
                .addToLabels(Marks.REVISION, "1")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("hello")
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Pending")
                .addNewContainerStatus()
                .withName("hello")
                .withRestartCount(0)
                .withNewState()
                .withNewWaiting()
                .withReason(reason)
                .endWaiting()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
    }

    private static CompletableFuture<@Nullable Void> call(KubernetesFunction function) {
        return function.activate().toCompletableFuture();
    }

    @Test
    void a_call_waits_while_one_pod_may_still_start() {
        KubernetesFunction function = function(2, Map.of());
        CompletableFuture<@Nullable Void> held = call(function);
        function.see(waiting("good", "ContainerCreating"));
        function.see(waiting("bad", "ImagePullBackOff"));
        cluster.work();
        assertThat(held).isNotDone();
        function.gone(waiting("good", "ContainerCreating"));
        cluster.work();
        assertThatThrownBy(held::get).hasMessageContaining("cannot start: pod bad: ImagePullBackOff");
        assertThatThrownBy(call(function)::get).hasMessageContaining("cannot start");
    }

    @Test
    void a_call_waits_for_a_pull_that_failed_once() {
        KubernetesFunction function = function(1, Map.of());
        function.see(waiting("pulls", "ErrImagePull"));
        CompletableFuture<@Nullable Void> held = call(function);
        cluster.work();
        assertThat(held).isNotDone();
    }

    @Test
    void a_call_that_comes_while_the_number_falls_to_0_starts_it_again() {
        KubernetesFunction function = function(1, Map.of());
        function.adjust(0);
        Runnable setsZero = cluster.tasks.remove();
        call(function);
        cluster.work(); // sees that it is not at 0 yet
        assertThat(cluster.wakes).isEqualTo(1);
        setsZero.run();
        cluster.work();
        assertThat(cluster.wakes).isEqualTo(2);
        assertThat(cluster.replicas).isEqualTo(1);
        assertThat(function.replicas()).isEqualTo(1);
    }

    @Test
    void a_number_that_someone_else_set_to_0_does_not_leave_a_call_waiting() {
        KubernetesFunction function = function(1, Map.of());
        call(function);
        function.see(cluster.set(function.key(), 0, null));
        cluster.work();
        assertThat(cluster.replicas).isEqualTo(1);
    }

    @Test
    void a_start_that_is_refused_is_told_and_not_tried_for_ever() {
        KubernetesFunction function = function(0, Map.of());
        cluster.failures.add(new RuntimeFailure(RuntimeFailure.Kind.INVALID, "no more quota"));
        CompletableFuture<@Nullable Void> held = call(function);
        cluster.work();
        assertThatThrownBy(held::get).hasMessageContaining("no more quota");
        assertThat(cluster.wakes).isEqualTo(1);
        assertThat(function.replicas()).isZero();
    }

    @Test
    void a_label_nobody_can_read_counts_as_none() {
        KubernetesFunction function = function(0, Map.of("com.openfaas.scale.min", "many"));
        assertThat(function.baseline()).isEqualTo(1);
        call(function);
        cluster.work();
        assertThat(cluster.replicas).isEqualTo(1);
    }

    @Test
    void a_call_that_waits_is_told_of_a_pod_of_which_the_watch_says_nothing() throws Exception {
        KubernetesFunction function = function(0, Map.of());
        CompletableFuture<@Nullable Void> held = call(function);
        cluster.work();
        assertThat(cluster.looks).hasSize(1);
        look();
        assertThat(held).isNotDone();

        cluster.pods = List.of(new PodBuilder(waiting("silent", "ContainerCreating"))
                .editMetadata()
                .withResourceVersion("2")
                .endMetadata()
                .editStatus()
                .withPhase("Running")
                .withPodIP("192.0.2.1")
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build());
        look();
        cluster.work();
        assertThat(held).isCompleted();
        look(); // nobody waits: the last one
        assertThat(cluster.looks).isEmpty();
    }

    private void look() {
        cluster.looks.remove().run();
    }
}
