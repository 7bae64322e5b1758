package dev.vfaas.gateway.runtime.kubernetes;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.Resources;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Limits and requests, written for Kubernetes and read back as they were asked: Kubernetes rewrites quantities (0.5 becomes 500m). */
final class Resourcing {
    private final ObjectMapper json = new ObjectMapper();

    /** What was asked, for the note. */
    private record Asked(
            @JsonProperty("limits") @Nullable Resources limits,
            @JsonProperty("requests") @Nullable Resources requests) {}

    /** @throws RuntimeFailure INVALID naming the quantity that is none */
    ResourceRequirements requirements(FunctionDeployment asked) {
        return new ResourceRequirementsBuilder()
                .withLimits(quantities("limits", asked.limits()))
                .withRequests(quantities("requests", asked.requests()))
                .build();
    }

    /** Writes down what was asked, if anything. */
    void note(FunctionDeployment asked, Map<String, String> notes) {
        if (asked.limits() != null || asked.requests() != null) {
            try {
                notes.put(Marks.RESOURCES, json.writeValueAsString(new Asked(asked.limits(), asked.requests())));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Limits of a Deployment; as they were asked unless someone has changed them. */
    @Nullable
    Resources limits(Deployment deployment, @Nullable ResourceRequirements has) {
        Asked asked = noted(deployment);
        return same(asked == null ? null : asked.limits(), has == null ? null : has.getLimits());
    }

    /** The same for requests. */
    @Nullable
    Resources requests(Deployment deployment, @Nullable ResourceRequirements has) {
        Asked asked = noted(deployment);
        return same(asked == null ? null : asked.requests(), has == null ? null : has.getRequests());
    }

    private @Nullable Resources same(@Nullable Resources asked, @Nullable Map<String, Quantity> has) {
        Map<String, Quantity> found = has == null ? Map.of() : has;
        if (asked != null && amounts(quantities("", asked)).equals(amounts(found))) {
            return asked;
        }
        Quantity memory = found.get("memory");
        Quantity cpu = found.get("cpu");
        return memory == null && cpu == null
                ? null
                : new Resources(memory == null ? null : memory.toString(), cpu == null ? null : cpu.toString());
    }

    private static Map<String, String> amounts(Map<String, Quantity> quantities) {
        Map<String, String> amounts = new HashMap<>();
        quantities.forEach((name, quantity) -> amounts.put(
                name, quantity.getNumericalAmount().stripTrailingZeros().toPlainString()));
        return amounts;
    }

    private @Nullable Asked noted(Deployment deployment) {
        Map<String, String> notes = deployment.getMetadata().getAnnotations();
        String text = notes == null ? null : notes.get(Marks.RESOURCES);
        if (text == null) {
            return null;
        }
        try {
            return json.readValue(text, Asked.class);
        } catch (JsonProcessingException e) {
            return null; // someone else wrote it: what the pods have counts
        }
    }

    private static Map<String, Quantity> quantities(String field, @Nullable Resources resources) {
        Map<String, Quantity> quantities = new HashMap<>();
        if (resources != null) {
            put(quantities, field, "memory", resources.memory());
            put(quantities, field, "cpu", resources.cpu());
        }
        return quantities;
    }

    private static void put(Map<String, Quantity> quantities, String field, String name, @Nullable String text) {
        if (text == null || text.isEmpty()) {
            return;
        }
        try {
            Quantity quantity = Quantity.parse(text);
            quantity.getNumericalAmount();
            quantities.put(name, quantity);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INVALID,
                    field + "." + name + ": \"" + text + "\" is not a quantity such as 128Mi or 100m",
                    e);
        }
    }
}
