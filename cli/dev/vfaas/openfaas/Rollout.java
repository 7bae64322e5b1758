package dev.vfaas.openfaas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Brings one deployment to a gateway and waits until that very version serves. */
public final class Rollout {
    private static final int FIRST_POLL_MILLIS = 20;
    private static final int LAST_POLL_MILLIS = 500;
    private static final int LOG_LINES = 10;
    private static final int REPLACE_ATTEMPTS = 20;

    private final OpenFaas client;
    private final Options options;

    /**
     * How.
     *
     * @param replace remove the function first, in place of a rolling update
     * @param untilServing whether to wait until it serves
     * @param timeout how long to wait
     */
    public record Options(boolean replace, boolean untilServing, Duration timeout) {}

    /** How it ended. */
    public sealed interface Result {
        /** The version serves; the function as the gateway shows it then. */
        record Serving(FunctionStatus function) implements Result {}

        /** The gateway accepted it; nobody waited. */
        record Accepted() implements Result {}

        /**
         * The gateway accepted it, but the version does not serve.
         *
         * @param reason why, as far as the gateway tells
         * @param log the last lines of the function, when the reason does not hold them
         * @param timedOut whether it may still come to serve
         */
        record NotServing(String reason, List<String> log, boolean timedOut) implements Result {}
    }

    public Rollout(OpenFaas client, Options options) {
        this.client = client;
        this.options = options;
    }

    /**
     * Does it; {@code steps} is told what is going on.
     *
     * @throws GatewayException when the gateway refuses the deployment
     */
    public Result apply(FunctionDeployment deployment, Consumer<String> steps) throws InterruptedException {
        FunctionStatus before = find(deployment);
        if (before != null && options.replace()) {
            steps.accept("removing the version before");
            client.delete(deployment.service(), deployment.namespace());
            createWhenGone(deployment);
        } else if (before != null) {
            steps.accept("updating");
            update(deployment, before);
        } else {
            steps.accept("deploying");
            client.create(deployment);
        }
        return options.untilServing() ? await(deployment, steps) : new Result.Accepted();
    }

    private @Nullable FunctionStatus find(FunctionDeployment deployment) {
        try {
            return client.function(deployment.service(), deployment.namespace(), false);
        } catch (GatewayException e) {
            if (e.kind() == GatewayException.Kind.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    private void update(FunctionDeployment deployment, FunctionStatus before) {
        try {
            client.update(deployment);
        } catch (GatewayException e) {
            boolean undecided = e.kind() == GatewayException.Kind.NOT_APPLIED
                    && !before.image().equals(deployment.image());
            FunctionStatus now = undecided ? find(deployment) : null;
            if (now == null || !now.image().equals(deployment.image())) {
                throw e;
            }
        }
    }

    /** Removal takes its time; until it is over the name is refused. */
    private void createWhenGone(FunctionDeployment deployment) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                client.create(deployment);
                return;
            } catch (GatewayException e) {
                boolean stillThere = e.kind() == GatewayException.Kind.CONFLICT
                        || e.detail().contains("already exists")
                        || e.detail().contains("being deleted");
                if (!stillThere || attempt == REPLACE_ATTEMPTS) {
                    throw e;
                }
                Thread.sleep(LAST_POLL_MILLIS);
            }
        }
    }

    private Result await(FunctionDeployment deployment, Consumer<String> steps) throws InterruptedException {
        long deadline = System.nanoTime() + options.timeout().toNanos();
        int pause = FIRST_POLL_MILLIS;
        while (true) {
            FunctionStatus function = find(deployment);
            Readiness readiness = function == null
                    ? new Readiness("Unknown", "the gateway does not show it", false, false, true)
                    : Readiness.of(function);
            boolean newImage =
                    function != null && (readiness.told() || function.image().equals(deployment.image()));
            if (function != null && readiness.ready() && newImage) {
                return new Result.Serving(function);
            }
            boolean late = System.nanoTime() > deadline;
            if (readiness.failed() || late) {
                String reason = readiness.reason().isEmpty() ? readiness.word() : readiness.reason();
                return new Result.NotServing(reason, readiness.told() ? List.of() : lastLines(deployment), late);
            }
            steps.accept("waiting until it serves: " + readiness.word());
            Thread.sleep(pause);
            pause = Math.min(LAST_POLL_MILLIS, pause * 3 / 2);
        }
    }

    private List<String> lastLines(FunctionDeployment deployment) {
        List<String> lines = new ArrayList<>();
        LogRequest request = new LogRequest(deployment.service(), deployment.namespace(), null, null, LOG_LINES, false);
        try {
            client.logs(request, message -> {
                lines.add(message.text().stripTrailing());
                return true;
            });
        } catch (GatewayException e) {
            lines.add("(its log cannot be read: " + e.getMessage() + ")");
        }
        return lines;
    }
}
