package dev.vfaas.openfaas;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** GET {@code /system/info}: which gateway and which provider answer. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record GatewayInfo(
        @JsonProperty("provider") Provider provider,
        @JsonProperty("version") Version version,
        @JsonProperty("arch") @Nullable String arch) {

    /** What runs the functions, for example provider {@code vfaas} with orchestration {@code process}. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Provider(
            @JsonProperty("provider") String provider,
            @JsonProperty("version") Version version,
            @JsonProperty("orchestration") String orchestration) {}

    /** A build: its release and commit. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Version(
            @JsonProperty("commit_message") @Nullable String commitMessage,
            @JsonProperty("sha") @Nullable String sha,
            @JsonProperty("release") @Nullable String release) {}
}
