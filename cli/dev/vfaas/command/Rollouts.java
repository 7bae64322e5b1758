package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.Progress;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.FunctionStatus;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.openfaas.Rollout;
import dev.vfaas.openfaas.Way;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Deploys several functions at a time, shows how it goes on, and ends with one table. */
final class Rollouts {
    private static final int PARALLEL = 8;
    private final Session session;
    private final OpenFaas client;
    private final Rollout rollout;

    Rollouts(Session session, OpenFaas client, Rollout.Options options) {
        this.session = session;
        this.client = client;
        this.rollout = new Rollout(client, options);
    }

    /** @param failure null when it was deployed and, if that was waited for, serves */
    private record Outcome(
            FunctionDeployment deployment,
            String status,
            long replicas,
            @Nullable Failure failure) {}

    /** Deploys them all, shows the table and throws when one of them failed. */
    int run(List<FunctionDeployment> deployments, OutputOptions output) throws InterruptedException {
        return run(deployments, view -> output.show(session.console(), view));
    }

    /** Deploys them all, gives the table to {@code show} and throws when one of them failed. */
    int run(List<FunctionDeployment> deployments, Consumer<View> show) throws InterruptedException {
        List<Outcome> outcomes = new ArrayList<>();
        Semaphore slots = new Semaphore(PARALLEL);
        try (Progress progress = session.console().progress();
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Outcome>> running = new ArrayList<>();
            for (FunctionDeployment deployment : deployments) {
                Progress.Task task = progress.task(deployment.service());
                running.add(executor.submit(() -> {
                    slots.acquire();
                    try {
                        return one(deployment, task);
                    } finally {
                        slots.release();
                    }
                }));
            }
            for (Future<Outcome> future : running) {
                outcomes.add(future.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        show.accept(view(outcomes));
        tellHowToCall(outcomes);
        return Failures.report(
                session.console(),
                outcomes.stream()
                        .map(Outcome::failure)
                        .filter(failure -> failure != null)
                        .toList());
    }

    /** A server's gateway listens on no port of this machine: what the URLs need is said beside them. */
    private void tellHowToCall(List<Outcome> outcomes) {
        Way way = client.way();
        if (way != null && outcomes.stream().anyMatch(outcome -> outcome.failure() == null)) {
            session.console()
                    .info("on " + way.server()
                            + "; call one: vfaas invoke NAME; the URLs answer while this runs: vfaas host forward "
                            + way.login());
        }
    }

    private Outcome one(FunctionDeployment deployment, Progress.Task task) throws InterruptedException {
        String name = deployment.service();
        try {
            return switch (rollout.apply(deployment, task::step)) {
                case Rollout.Result.Serving(FunctionStatus function) -> {
                    boolean asleep =
                            function.availableReplicas() == 0; // it has no replica that could show whether it works
                    task.done(asleep ? "is at zero; the next call starts this version" : "serves");
                    yield new Outcome(
                            deployment, asleep ? "ScaledToZero" : "Ready", function.availableReplicas(), null);
                }
                case Rollout.Result.Accepted() -> {
                    task.done("accepted");
                    yield new Outcome(deployment, "Accepted", 0, null);
                }
                case Rollout.Result.NotServing(String reason, List<String> log, boolean timedOut) -> {
                    task.failed(timedOut ? "does not serve in time" : "does not serve");
                    yield new Outcome(deployment, "Failed", 0, notServing(deployment, reason, log, timedOut));
                }
            };
        } catch (GatewayException e) {
            task.failed("refused");
            Failure failure = GatewayFailures.explain(e);
            Failure named =
                    Failure.of(failure.exitCode(), name + ": " + failure.text()).because(e);
            return new Outcome(deployment, "Failed", 0, failure.next() == null ? named : named.next(failure.next()));
        }
    }

    private static Failure notServing(
            FunctionDeployment deployment, String reason, List<String> log, boolean timedOut) {
        StringBuilder text = new StringBuilder(deployment.service())
                .append(timedOut ? ": the new version does not serve in time: " : ": the new version does not serve: ")
                .append(reason);
        log.forEach(line -> text.append("\n  ").append(line));
        return Failure.of(ExitCode.NOT_AS_ASKED, text.toString())
                .next(Remedy.of(reason, deployment.service(), deployment.image(), deployment.namespace()));
    }

    private View view(List<Outcome> outcomes) {
        return new View(
                outcomes.stream().map(this::data).toList(),
                () -> table(outcomes),
                () -> outcomes.stream()
                        .filter(outcome -> outcome.failure() == null)
                        .map(outcome -> outcome.deployment().service())
                        .toList());
    }

    private String table(List<Outcome> outcomes) {
        Table table = Table.of("NAME", "STATUS", "REPLICAS", "URL");
        outcomes.forEach(outcome -> table.row(
                outcome.deployment().service(), outcome.status(), outcome.replicas(), url(outcome.deployment())));
        return table.toString();
    }

    private Map<String, Object> data(Outcome outcome) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("name", outcome.deployment().service());
        data.put("image", outcome.deployment().image());
        data.put("status", outcome.status());
        data.put("replicas", outcome.replicas());
        data.put("url", url(outcome.deployment()));
        if (outcome.failure() != null) {
            data.put("error", outcome.failure().text());
        }
        return data;
    }

    private String url(FunctionDeployment deployment) {
        String namespace = deployment.namespace() == null ? "" : "." + deployment.namespace();
        return client.gateway() + "/function/" + deployment.service() + namespace;
    }
}
