package dev.vfaas.gateway.scaling;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.LiveFunction;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one gateway tells another about the load it sees: the answer to {@code GET /system/load}. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record LoadReport(@JsonProperty("functions") List<Entry> functions) {
    public LoadReport(@Nullable List<Entry> functions) {
        this.functions = functions == null ? List.of() : List.copyOf(functions);
    }

    /**
     * One function's part.
     *
     * @param inFlight calls in flight or held
     * @param started calls begun since the gateway started
     * @param idleMillis since the last one began or ended
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Entry(
            @JsonProperty("name") String name,
            @JsonProperty("namespace") String namespace,
            @JsonProperty("inFlight") int inFlight,
            @JsonProperty("started") long started,
            @JsonProperty("idleMillis") long idleMillis) {
        FunctionKey key() {
            return new FunctionKey(namespace, name);
        }
    }

    /** The load of these functions as this gateway sees it now. */
    public static LoadReport of(Collection<? extends LiveFunction> functions) {
        long now = System.nanoTime();
        return new LoadReport(functions.stream()
                .map(function -> new Entry(
                        function.key().name(),
                        function.key().namespace(),
                        function.load().inFlight(),
                        function.load().started(),
                        Math.max(0, (now - function.load().lastActivityNanos()) / 1_000_000)))
                .toList());
    }
}
