package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.image.StoredImage;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.ScalingRules;
import dev.vfaas.gateway.runtime.Secrets;
import dev.vfaas.openfaas.FunctionDeployment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Refuses deployments that could never run, before anything of them is kept. */
final class Admission {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private final Secrets secrets;
    private final ImageRunner runner;
    private final RootFolders roots;

    Admission(Secrets secrets, ImageRunner runner, RootFolders roots) {
        this.secrets = secrets;
        this.runner = runner;
        this.roots = roots;
    }

    /**
     * Checks what was asked.
     *
     * @throws RuntimeFailure INVALID with the texts OpenFaaS uses where it has one
     */
    void check(FunctionKey key, FunctionDeployment deployment) {
        name("service", key.name());
        name("namespace", key.namespace());
        ScalingRules.of(deployment.labels());
        for (Map.Entry<String, String> variable : deployment.envVars().entrySet()) {
            String name = variable.getKey();
            if (name.isEmpty() || name.indexOf('=') >= 0 || (name + variable.getValue()).indexOf('\0') >= 0) {
                throw invalid(
                        "envVars: \"" + name + "\" is no name of an environment variable, or its value holds NUL");
            }
        }
        List<String> known = deployment.secrets().isEmpty() ? List.of() : secrets.names(key.namespace());
        for (String secret : deployment.secrets()) {
            if (!known.contains(secret)) {
                throw invalid("unable to fetch secrets: secrets \"" + secret + "\" not found");
            }
        }
    }

    /** Unpacks an image that is counted as used and checks that this machine can run it. */
    void check(StoredImage image) {
        Path root = roots.prepare(image);
        ImageRunner.Start ignored = runner.start(image, root, root, root);
    }

    private static void name(String field, String value) {
        if (!NAME.matcher(value).matches()) {
            throw invalid("validation failed: " + field + ": (" + value + ") is invalid, must be a valid DNS entry");
        }
    }

    private static RuntimeFailure invalid(String why) {
        return new RuntimeFailure(RuntimeFailure.Kind.INVALID, why);
    }
}
