package dev.vfaas.openfaas;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client asks the gateway to run: the body of POST and PUT {@code /system/functions}. Collections are never null. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record FunctionDeployment(
        @JsonProperty("service") String service,
        @JsonProperty("image") String image,
        @JsonProperty("namespace") @Nullable String namespace,
        @JsonProperty("envProcess") @Nullable String envProcess,
        @JsonProperty("envVars") Map<String, String> envVars,
        @JsonProperty("constraints") List<String> constraints,
        @JsonProperty("secrets") List<String> secrets,
        @JsonProperty("labels") Map<String, String> labels,
        @JsonProperty("annotations") Map<String, String> annotations,
        @JsonProperty("limits") @Nullable Resources limits,
        @JsonProperty("requests") @Nullable Resources requests,
        @JsonProperty("readOnlyRootFilesystem") boolean readOnlyRootFilesystem) {

    /** Copies the collections; absent ones become empty. */
    @SuppressWarnings("ConstantValue") // JSON may leave them out
    public FunctionDeployment {
        envVars = envVars == null ? Map.of() : Map.copyOf(envVars);
        constraints = constraints == null ? List.of() : List.copyOf(constraints);
        secrets = secrets == null ? List.of() : List.copyOf(secrets);
        labels = labels == null ? Map.of() : Map.copyOf(labels);
        annotations = annotations == null ? Map.of() : Map.copyOf(annotations);
    }
}
