package dev.vfaas.openfaas;

import java.util.Map;

/**
 * What a function's status says about its newest version. vfaas's gateway tells it in annotations; OpenFaaS's own gateways do not, so there available
 * replicas must be believed, though they may still be of the version before.
 *
 * @param word one word, for example {@code Ready}, {@code Updating} or {@code CrashLoop}
 * @param reason why it is not ready, with the replica's last lines when there are any; empty when there is nothing to say
 * @param ready whether the newest version answers calls, or would after a start from zero
 * @param failed whether it will not become ready by itself
 * @param told whether the gateway tells about versions at all
 */
public record Readiness(String word, String reason, boolean ready, boolean failed, boolean told) {
    private static final String PREFIX = "dev.vfaas.";

    /** Reads a status. */
    public static Readiness of(FunctionStatus function) {
        Map<String, String> annotations = function.annotations() == null ? Map.of() : function.annotations();
        boolean available = function.availableReplicas() > 0;
        String word = annotations.get(PREFIX + "status");
        if (word == null) {
            return new Readiness(available ? "Ready" : "Not Ready", "", available, false, false);
        }
        String revision = annotations.getOrDefault(PREFIX + "revision", "");
        boolean newestServes = revision.equals(annotations.getOrDefault(PREFIX + "revision.serving", revision));
        boolean failed = word.equals("UpdateFailed") || word.equals("CrashLoop");
        boolean ready = newestServes && !failed && (available || word.equals("ScaledToZero"));
        return new Readiness(word, annotations.getOrDefault(PREFIX + "status.reason", ""), ready, failed, true);
    }
}
