package dev.vfaas.openfaas;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * One line of GET {@code /system/logs} (application/x-ndjson).
 *
 * @param instance the replica that wrote it
 * @param timestamp RFC 3339 with fractions of a second
 * @param text the line, with its line feed
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record LogMessage(
        @JsonProperty("name") String name,
        @JsonProperty("namespace") @Nullable String namespace,
        @JsonProperty("instance") String instance,
        @JsonProperty("timestamp") String timestamp,
        @JsonProperty("text") String text) {}
