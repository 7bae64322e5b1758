package dev.vfaas.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.FunctionStatus;
import dev.vfaas.openfaas.LogMessage;
import dev.vfaas.openfaas.Resources;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * What every runtime does alike. The image under test prints "listening VERSION" and answers GET: / with $version, /env/NAME, /secret/NAME, /say/TEXT
 * (which it prints), /sleep/SECONDS, /crash/CODE (which ends it); with $broken set it prints "no module named x" and ends with 3.
 */
public abstract class FunctionRuntimeContract {
    private final HttpClient http = HttpClient.newHttpClient();

    /** The runtime as it is now. */
    protected abstract FunctionRuntime runtime();

    /** Its secrets. */
    protected abstract Secrets secrets();

    /** The image described above. */
    protected abstract String image();

    /** Closes the runtime, as when a gateway ends, and opens one anew over the same state. */
    protected abstract void restart() throws Exception;

    protected FunctionDeployment function(String name, Map<String, String> environment) {
        return function(name, environment, List.of(), Map.of());
    }

    protected FunctionDeployment function(
            String name, Map<String, String> environment, List<String> secrets, Map<String, String> labels) {
        return new FunctionDeployment(
                name, image(), null, null, environment, List.of(), secrets, labels, Map.of(), null, null, false);
    }

    protected static FunctionKey key(String name) {
        return new FunctionKey(FunctionKey.DEFAULT_NAMESPACE, name);
    }

    protected FunctionStatus status(String name) {
        FunctionStatus status = runtime().find(key(name), false);
        if (status == null) {
            throw new AssertionError("there is no function " + name);
        }
        return status;
    }

    protected String note(String name, String annotation) {
        return status(name).annotations().getOrDefault(annotation, "");
    }

    /** Calls a function once as the proxy does: it waits for a replica, and passes over one that refuses the connection. */
    protected String call(String name, String path) throws Exception {
        while (true) {
            LiveFunction live = runtime().live(key(name));
            for (Endpoint endpoint : live.endpoints()) {
                if (endpoint.tryAcquire()) {
                    try {
                        return http.send(
                                        HttpRequest.newBuilder(URI.create(
                                                        "http://" + endpoint.host() + ":" + endpoint.port() + path))
                                                .timeout(Duration.ofSeconds(30))
                                                .build(),
                                        HttpResponse.BodyHandlers.ofString())
                                .body();
                    } catch (java.net.ConnectException e) {
                        endpoint.unreachable();
                    } finally {
                        endpoint.release();
                    }
                }
            }
            live.activate().toCompletableFuture().get();
        }
    }

    /** Sends one request that is answered by nothing: an HTTP client would send it again, and end the next replica too. */
    private void sendOnce(String name, String path) throws IOException {
        Endpoint endpoint = runtime().live(key(name)).endpoints().iterator().next();
        try (Socket socket = new Socket(endpoint.host(), endpoint.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: function\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    protected void awaitReady(String name, int replicas) {
        await(
                () -> status(name).availableReplicas() == replicas
                        && note(name, "dev.vfaas.status").equals("Ready")
                        && note(name, "dev.vfaas.revision").equals(note(name, "dev.vfaas.revision.serving")),
                () -> status(name).toString());
    }

    protected static void await(BooleanSupplier condition, java.util.function.Supplier<String> what) {
        long limit = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > limit) {
                throw new AssertionError("still not so after 90 s: " + what.get());
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void a_deployed_function_answers_and_is_shown_as_it_was_asked_for() throws Exception {
        FunctionDeployment asked = new FunctionDeployment(
                "shown",
                image(),
                null,
                null,
                Map.of("version", "v1", "greeting", "hi $(there) $$x"),
                List.of(),
                List.of(),
                Map.of("com.openfaas.scale.max", "7", "team", "web"),
                Map.of("topic", "a,b"),
                new Resources("64Mi", "0.5"),
                new Resources("16Mi", "0.01"),
                true);
        runtime().deploy(asked);
        awaitReady("shown", 1);

        assertThat(call("shown", "/")).isEqualTo("v1");
        assertThat(call("shown", "/env/greeting")).isEqualTo("hi $(there) $$x");
        assertThat(call("shown", "/env/OPENFAAS_NAME")).isEqualTo("shown");
        FunctionStatus shown = status("shown");
        assertThat(shown.image()).isEqualTo(asked.image());
        assertThat(shown.envVars()).isEqualTo(asked.envVars());
        assertThat(shown.labels()).isEqualTo(asked.labels());
        assertThat(shown.annotations()).containsEntry("topic", "a,b").containsEntry("dev.vfaas.status", "Ready");
        assertThat(shown.limits()).isEqualTo(asked.limits());
        assertThat(shown.requests()).isEqualTo(asked.requests());
        assertThat(shown.readOnlyRootFilesystem()).isTrue();
        assertThat(shown.replicas()).isEqualTo(1);
        assertThat(runtime().list(FunctionKey.DEFAULT_NAMESPACE))
                .extracting(FunctionStatus::name)
                .contains("shown");
    }

    @Test
    void what_is_there_is_not_deployed_again_and_what_is_not_is_not_changed() {
        runtime().deploy(function("once", Map.of()));
        assertThat(kind(() -> runtime().deploy(function("once", Map.of()))))
                .isEqualTo(RuntimeFailure.Kind.ALREADY_EXISTS);
        assertThat(kind(() -> runtime().update(function("never", Map.of())))).isEqualTo(RuntimeFailure.Kind.NOT_FOUND);
        assertThat(kind(() -> runtime().scale(key("never"), 1))).isEqualTo(RuntimeFailure.Kind.NOT_FOUND);
        assertThat(kind(() -> runtime().remove(key("never")))).isEqualTo(RuntimeFailure.Kind.NOT_FOUND);
        assertThat(runtime().live(key("never"))).isNull();
    }

    private static RuntimeFailure.Kind kind(Runnable deed) {
        try {
            deed.run();
        } catch (RuntimeFailure e) {
            return e.kind();
        }
        throw new AssertionError("nothing was refused");
    }

    @Test
    void no_call_fails_while_versions_change_under_load() throws Exception {
        runtime().deploy(function("moving", Map.of("version", "v1")));
        awaitReady("moving", 1);
        AtomicBoolean over = new AtomicBoolean();
        Set<String> answers = ConcurrentHashMap.newKeySet();
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            callers.add(Thread.startVirtualThread(() -> {
                while (!over.get()) {
                    try {
                        answers.add(call("moving", "/"));
                        Thread.sleep(5);
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                }
            }));
        }
        for (String version : List.of("v2", "v3")) {
            runtime().update(function("moving", Map.of("version", version)));
            awaitReady("moving", 1);
            assertThat(call("moving", "/"))
                    .as("after success is told, only the new version answers")
                    .isEqualTo(version);
            await(() -> answers.contains(version), answers::toString);
        }
        over.set(true);
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(failures).isEmpty();
        assertThat(answers).containsExactlyInAnyOrder("v1", "v2", "v3");
    }

    @Test
    void an_update_that_cannot_start_leaves_the_old_version_serving_and_says_why() throws Exception {
        runtime().deploy(function("stays", Map.of("version", "v1")));
        awaitReady("stays", 1);
        runtime().update(function("stays", Map.of("broken", "yes")));

        await(
                () -> note("stays", "dev.vfaas.status").equals("UpdateFailed"),
                () -> status("stays").toString());
        assertThat(note("stays", "dev.vfaas.status.reason")).contains("3").contains("no module named x");
        assertThat(note("stays", "dev.vfaas.revision")).isEqualTo("2");
        assertThat(note("stays", "dev.vfaas.revision.serving")).isEqualTo("1");
        assertThat(status("stays").availableReplicas()).isZero();
        assertThat(call("stays", "/")).isEqualTo("v1");

        runtime().update(function("stays", Map.of("version", "v3")));
        awaitReady("stays", 1);
        assertThat(call("stays", "/")).isEqualTo("v3");
    }

    @Test
    void a_function_is_scaled_to_several_to_none_and_woken_by_calls() throws Exception {
        runtime().deploy(function("scaled", Map.of("version", "v1")));
        awaitReady("scaled", 1);
        runtime().scale(key("scaled"), 3);
        awaitReady("scaled", 3);
        assertThat(runtime().live(key("scaled")).endpoints()).hasSize(3);
        assertThat(runtime().live(key("scaled")).baseline()).isEqualTo(3);

        runtime().scale(key("scaled"), 0);
        await(() -> runtime().live(key("scaled")).endpoints().isEmpty(), () -> "endpoints");
        assertThat(note("scaled", "dev.vfaas.status")).isEqualTo("ScaledToZero");

        List<Thread> herd = new ArrayList<>();
        ConcurrentLinkedQueue<String> answers = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 20; i++) {
            herd.add(Thread.startVirtualThread(() -> {
                try {
                    answers.add(call("scaled", "/"));
                } catch (Exception e) {
                    answers.add(e.toString());
                }
            }));
        }
        for (Thread one : herd) {
            one.join();
        }
        assertThat(answers).hasSize(20).containsOnly("v1");
        assertThat(status("scaled").replicas()).as("a herd starts it once").isEqualTo(1);
    }

    @Test
    void a_function_reads_its_secrets_and_one_that_is_not_there_is_refused() throws Exception {
        secrets().create(FunctionKey.DEFAULT_NAMESPACE, "api-key", Secret.of("s3cret\n"));
        assertThat(secrets().names(FunctionKey.DEFAULT_NAMESPACE)).contains("api-key");
        runtime().deploy(function("reader", Map.of(), List.of("api-key"), Map.of()));
        awaitReady("reader", 1);
        assertThat(call("reader", "/secret/api-key")).isEqualTo("s3cret\n");
        assertThat(status("reader").secrets()).containsExactly("api-key");

        FunctionDeployment without = function("without", Map.of(), List.of("nothing-there"), Map.of());
        assertThatThrownBy(() -> runtime().deploy(without))
                .isInstanceOf(RuntimeFailure.class)
                .hasMessageContaining("nothing-there");
        assertThat(runtime().live(key("without"))).isNull();
    }

    @Test
    void what_replicas_print_is_told_and_followed() throws Exception {
        runtime().deploy(function("talks", Map.of("version", "v1")));
        awaitReady("talks", 1);
        call("talks", "/say/first");
        await(
                () -> logged("talks", 0).contains("first\n"),
                () -> logged("talks", 0).toString());
        assertThat(logged("talks", 0)).contains("listening v1\n");
        assertThat(logged("talks", 1)).hasSize(1);

        ConcurrentLinkedQueue<LogMessage> followed = new ConcurrentLinkedQueue<>();
        Thread reader = Thread.startVirtualThread(() -> {
            try {
                runtime().logs(new LogQuery(key("talks"), null, null, 1, true), followed::add);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        call("talks", "/say/second");
        runtime().scale(key("talks"), 2);
        awaitReady("talks", 2);
        await(
                () -> followed.stream().anyMatch(line -> line.text().equals("second\n"))
                        && followed.stream()
                                        .map(LogMessage::instance)
                                        .distinct()
                                        .count()
                                == 2,
                followed::toString);
        reader.interrupt();
        reader.join();
        assertThat(followed.stream().filter(line -> line.text().equals("second\n")))
                .hasSize(1);
    }

    private List<String> logged(String name, int tail) {
        List<String> lines = new ArrayList<>();
        try {
            runtime().logs(new LogQuery(key(name), null, null, tail, false), message -> lines.add(message.text()));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return lines;
    }

    @Test
    void a_removed_function_is_gone_at_once_and_its_name_is_free() throws Exception {
        runtime().deploy(function("brief", Map.of("version", "v1")));
        awaitReady("brief", 1);
        runtime().remove(key("brief"));
        assertThat(runtime().live(key("brief"))).isNull();
        assertThat(runtime().find(key("brief"), false)).isNull();
        runtime().deploy(function("brief", Map.of("version", "v2")));
        awaitReady("brief", 1);
        assertThat(call("brief", "/")).isEqualTo("v2");
        assertThat(note("brief", "dev.vfaas.revision")).isEqualTo("1");
    }

    @Test
    void functions_outlive_the_gateway() throws Exception {
        runtime().deploy(function("lasting", Map.of("version", "v1")));
        awaitReady("lasting", 1);
        runtime().scale(key("lasting"), 2);
        awaitReady("lasting", 2);
        restart();
        awaitReady("lasting", 2);
        assertThat(call("lasting", "/")).isEqualTo("v1");
        assertThat(runtime().live(key("lasting")).baseline()).isEqualTo(2);
        assertThat(status("lasting").envVars()).isEqualTo(Map.of("version", "v1"));
    }

    @Test
    void a_replica_that_ends_is_replaced() throws Exception {
        runtime().deploy(function("ends", Map.of("version", "v1")));
        awaitReady("ends", 1);
        sendOnce("ends", "/crash/4");
        awaitReady("ends", 1);
        assertThat(call("ends", "/")).isEqualTo("v1");
    }
}
