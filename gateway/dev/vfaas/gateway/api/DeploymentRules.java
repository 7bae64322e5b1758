package dev.vfaas.gateway.api;

import dev.vfaas.gateway.proxy.Repetition;
import dev.vfaas.gateway.queue.RetryPolicy;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.ScalingRules;
import dev.vfaas.gateway.runtime.Secrets;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.Resources;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a deployment must look like whatever the runtime, checked in OpenFaaS's order and refused in its words. */
final class DeploymentRules {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    /** Kubernetes quantities: a number, then a decimal or binary suffix or an exponent. */
    private static final Pattern QUANTITY = Pattern.compile(
            "\\+?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]{1,2})?");

    private final Secrets secrets;

    DeploymentRules(Secrets secrets) {
        this.secrets = secrets;
    }

    /**
     * Checks a deployment.
     *
     * @return the function it is for
     * @throws ApiRefusal 400
     */
    FunctionKey check(FunctionDeployment deployment) {
        String service = deployment.service();
        if (isEmpty(service)) {
            throw invalid("service: is required");
        }
        if (!NAME.matcher(service).matches()) {
            throw invalid("service: (" + service + ") is invalid, must be a valid DNS entry");
        }
        if (isEmpty(deployment.image())) {
            throw invalid("image: is required");
        }
        try {
            ScalingRules.of(deployment.labels());
            RetryPolicy.check(deployment.annotations());
            Repetition.check(deployment.annotations());
        } catch (RuntimeFailure e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
        FunctionKey key = new FunctionKey(namespace(deployment.namespace()), service);
        secrets(deployment, key.namespace());
        quantities("limits", deployment.limits());
        quantities("requests", deployment.requests());
        return key;
    }

    /**
     * The namespace a request names.
     *
     * @param given null or empty for the default one
     * @throws ApiRefusal 400 when it cannot be one
     */
    static String namespace(@Nullable String given) {
        if (given == null || given.isEmpty()) {
            return FunctionKey.DEFAULT_NAMESPACE;
        }
        if (!NAME.matcher(given).matches()) {
            throw invalid("namespace: (" + given + ") is invalid, must be a valid DNS entry");
        }
        return given;
    }

    private void secrets(FunctionDeployment deployment, String namespace) {
        if (deployment.secrets().isEmpty()) {
            return;
        }
        List<String> known = secrets.names(namespace);
        for (String secret : deployment.secrets()) {
            if (!known.contains(secret)) {
                throw ApiRefusal.badRequest("unable to fetch secrets: secrets \"" + secret + "\" not found");
            }
        }
    }

    private static void quantities(String field, @Nullable Resources resources) {
        if (resources != null) {
            quantity(field + ".memory", resources.memory());
            quantity(field + ".cpu", resources.cpu());
        }
    }

    private static void quantity(String field, @Nullable String text) {
        if (!isEmpty(text) && !QUANTITY.matcher(text).matches()) {
            throw ApiRefusal.badRequest("failed create Deployment spec: " + field + ": \"" + text
                    + "\" is not a quantity such as 128Mi or 100m");
        }
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }

    private static ApiRefusal invalid(String what) {
        return ApiRefusal.badRequest("validation failed: " + what);
    }
}
