package dev.vfaas.openfaas;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** Limits or requests of a function as Kubernetes quantities, for example {@code 128Mi} and {@code 100m}. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Resources(
        @JsonProperty("memory") @Nullable String memory,
        @JsonProperty("cpu") @Nullable String cpu) {}
