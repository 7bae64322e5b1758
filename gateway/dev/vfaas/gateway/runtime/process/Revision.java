package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.image.StoredImage;
import dev.vfaas.openfaas.FunctionDeployment;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One version of a function: what was asked, with the image its reference named at that moment.
 *
 * @param number counts from 1 for each function
 */
record Revision(int number, FunctionDeployment deployment, StoredImage image) {

    /** The environment the function asks for: the image's, then the deployment's own. */
    Map<String, String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String pair : image.environment()) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                variables.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        variables.putAll(deployment.envVars());
        String process = deployment.envProcess();
        if (process != null && !process.isEmpty()) {
            variables.put("fprocess", process);
        }
        return variables;
    }

    /** One of these variables. */
    @Nullable
    String variable(String name) {
        return variables().get(name);
    }
}
