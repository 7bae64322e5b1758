package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.runtime.ResourceUse;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.FunctionStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A function's state as the API shows it. What the API has no field for is told in annotations: {@code dev.vfaas.status} (Ready, Starting, Updating,
 * UpdateFailed, CrashLoop, Degraded, ScaledToZero), {@code dev.vfaas.status.reason}, {@code dev.vfaas.revision} (the newest asked for) and
 * {@code dev.vfaas.revision.serving} (the one that takes the calls).
 */
final class StatusReport {
    private final ProcessUsage usage;
    private final CpuMeter meter = new CpuMeter();

    StatusReport(ProcessUsage usage) {
        this.usage = usage;
    }

    /** What a function's replicas use, the CPU since it was last asked for. */
    ResourceUse use(DeployedFunction function) {
        return meter.use(
                function.key(), function.look((newest, serving, wanted, createdAt) -> List.copyOf(serving.replicas())));
    }

    /** Reports on a function; with what its replicas use when asked for. */
    FunctionStatus of(DeployedFunction function, boolean withUsage) {
        List<Replica> measured = withUsage
                ? function.look((newest, serving, wanted, createdAt) -> List.copyOf(serving.replicas()))
                : List.of();
        FunctionStatus.Usage used = withUsage ? usage.of(measured) : null;
        return function.look(
                (newest, serving, wanted, createdAt) -> status(function, newest, serving, wanted, createdAt, used));
    }

    private static FunctionStatus status(
            DeployedFunction function,
            Generation newest,
            Generation serving,
            int wanted,
            Instant createdAt,
            FunctionStatus.@Nullable Usage used) {
        FunctionDeployment asked = newest.revision().deployment();
        Map<String, String> annotations = new TreeMap<>(asked.annotations());
        annotations.put("dev.vfaas.revision", Integer.toString(newest.revision().number()));
        annotations.put(
                "dev.vfaas.revision.serving",
                Integer.toString(serving.revision().number()));
        annotations.put("dev.vfaas.image.digest", newest.revision().image().digest());
        annotations.put("dev.vfaas.status", word(newest, serving, wanted));
        String reason = reason(newest, serving);
        if (!reason.isEmpty()) {
            annotations.put("dev.vfaas.status.reason", reason);
        }
        if (asked.limits() != null) {
            annotations.put("dev.vfaas.limits", "not enforced: replicas are processes of this machine");
        }
        return new FunctionStatus(
                function.key().name(),
                asked.image(),
                function.key().namespace(),
                asked.envProcess(),
                asked.envVars(),
                asked.constraints(),
                asked.secrets(),
                asked.labels(),
                annotations,
                asked.limits(),
                asked.requests(),
                asked.readOnlyRootFilesystem(),
                0,
                wanted,
                newest.ready().size(),
                createdAt.toString(),
                used);
    }

    private static String word(Generation newest, Generation serving, int wanted) {
        int ready = newest.ready().size();
        if (newest != serving) {
            return newest.cannotStart() ? "UpdateFailed" : "Updating";
        }
        if (wanted == 0) {
            return "ScaledToZero";
        }
        if (ready >= wanted) {
            return "Ready";
        }
        if (newest.cannotStart() || newest.crashLoops()) {
            return ready == 0 ? "CrashLoop" : "Degraded";
        }
        return "Starting";
    }

    private static String reason(Generation newest, Generation serving) {
        StringBuilder text = new StringBuilder();
        String trouble = newest.trouble();
        if (trouble != null) {
            text.append(trouble);
            newest.lastLines().forEach(line -> text.append("\n  ").append(line));
        }
        long suspended =
                serving.replicas().stream().filter(Replica::isSuspended).count();
        if (suspended > 0) {
            text.append(text.isEmpty() ? "" : "\n")
                    .append(suspended)
                    .append(" of ")
                    .append(serving.replicas().size())
                    .append(serving.replicas().size() == 1 ? " replica" : " replicas")
                    .append(" suspended while idle");
        }
        return text.toString();
    }
}
