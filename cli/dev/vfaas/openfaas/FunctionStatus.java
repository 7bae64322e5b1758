package dev.vfaas.openfaas;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A deployed function as GET {@code /system/functions} and {@code /system/function/NAME} show it. Numbers that are 0 and collections that are
 * empty are left out of the JSON, as OpenFaaS does; absent means 0.
 *
 * @param invocationCount calls since the gateway's counters began
 * @param replicas replicas wanted
 * @param availableReplicas replicas of the current version that answer
 * @param createdAt RFC 3339 instant of the deployment
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
@JsonIgnoreProperties(ignoreUnknown = true)
public record FunctionStatus(
        @JsonProperty("name") String name,
        @JsonProperty("image") String image,
        @JsonProperty("namespace") @Nullable String namespace,
        @JsonProperty("envProcess") @Nullable String envProcess,
        @JsonProperty("envVars") @Nullable Map<String, String> envVars,
        @JsonProperty("constraints") @Nullable List<String> constraints,
        @JsonProperty("secrets") @Nullable List<String> secrets,
        @JsonProperty("labels") @Nullable Map<String, String> labels,
        @JsonProperty("annotations") @Nullable Map<String, String> annotations,
        @JsonProperty("limits") @Nullable Resources limits,
        @JsonProperty("requests") @Nullable Resources requests,
        @JsonProperty("readOnlyRootFilesystem") boolean readOnlyRootFilesystem,
        @JsonProperty("invocationCount") double invocationCount,
        @JsonProperty("replicas") long replicas,
        @JsonProperty("availableReplicas") long availableReplicas,
        @JsonProperty("createdAt") @Nullable String createdAt,
        @JsonProperty("usage") @Nullable Usage usage) {

    /** What the function's replicas use together: thousandths of a CPU, and resident bytes. */
    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
    public record Usage(
            @JsonProperty("cpu") double cpu,
            @JsonProperty("totalMemoryBytes") double totalMemoryBytes) {}
}
