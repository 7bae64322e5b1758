package dev.vfaas.openfaas;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What OpenFaaS's Community Edition (faas-netes-ce, checked against 0.18.17) refuses or ignores of a deployment. Pure: whether an image is public must
 * be asked of its registry.
 */
public final class CommunityEdition {
    /** Functions it runs. */
    public static final int FUNCTIONS = 15;

    private static final int REPLICAS = 5;
    private static final String NAMESPACE = "openfaas-fn";
    private static final String SCALE = "com.openfaas.scale.";
    private static final Set<String> PAID_LABELS = Set.of("type", "target", "zero-duration");
    private static final Set<String> IGNORED_LABELS = Set.of("target-proportion", "down.window");
    private static final Map<String, String> IGNORED_ANNOTATIONS = Map.of(
            "com.openfaas.profile", "profiles are of the paid edition",
            "com.openfaas.serviceaccount", "functions run with their namespace's default account",
            "com.openfaas.queue", "there is one queue");

    private CommunityEdition() {}

    /**
     * Something of a deployment that does not come to pass.
     *
     * @param function its name
     * @param field where it stands, as a stack file names it below the function: {@code labels.com.openfaas.scale.zero}
     * @param refused true when the deployment is refused for it, false when it is ignored
     * @param what a person must know
     */
    public record Objection(String function, String field, boolean refused, String what) {}

    /** Whether that gateway is one. */
    public static boolean is(GatewayInfo info) {
        return info.provider().provider().equals("faas-netes-ce");
    }

    /** All objections to a deployment, those that refuse it first. */
    public static List<Objection> to(FunctionDeployment deployment) {
        Map<String, Found> found = new LinkedHashMap<>();
        if (deployment.namespace() != null && !deployment.namespace().equals(NAMESPACE)) {
            found.put("namespace", refused("there is one namespace, " + NAMESPACE));
        }
        deployment.labels().forEach((key, value) -> {
            if (key.startsWith(SCALE)) {
                label(key.substring(SCALE.length()), value, key, found);
            }
        });
        deployment.annotations().forEach((key, value) -> annotation(key, value, found));
        if (!deployment.constraints().isEmpty()) {
            found.put("constraints", ignored("replicas run on any node"));
        }
        image(deployment.image(), found);
        List<Objection> objections = new ArrayList<>();
        found.forEach(
                (field, one) -> objections.add(new Objection(deployment.service(), field, one.refused(), one.what())));
        objections.sort(Comparator.comparing((Objection one) -> !one.refused()).thenComparing(Objection::field));
        return objections;
    }

    private record Found(boolean refused, String what) {}

    private static Found refused(String what) {
        return new Found(true, what);
    }

    private static Found ignored(String what) {
        return new Found(false, what);
    }

    private static void label(String name, String value, String key, Map<String, Found> found) {
        String field = "labels." + key;
        if (name.equals("zero") && value.equals("true")) {
            found.put(field, refused("nothing scales to zero"));
        } else if (PAID_LABELS.contains(name)) {
            found.put(field, refused("this label is of the paid edition"));
        } else if ((name.equals("min") || name.equals("max")) && number(value) > REPLICAS) {
            found.put(field, refused("at most " + REPLICAS + " replicas, and this asks for " + value));
        } else if (name.equals("min") && number(value) == 0) {
            found.put(field, ignored("nothing scales to zero; one replica stays"));
        } else if (name.equals("factor") && number(value) == 0) {
            found.put(field, refused("its gateway takes 1 to 100 only, and calls of the function fail with 0"));
        } else if (IGNORED_LABELS.contains(name)) {
            found.put(field, ignored("its autoscaler does not know this label"));
        }
    }

    private static int number(String text) {
        return text.matches("\\d{1,8}") ? Integer.parseInt(text) : 1;
    }

    private static void annotation(String key, String value, Map<String, Found> found) {
        String field = "annotations." + key;
        String why = IGNORED_ANNOTATIONS.get(key);
        if (why != null) {
            found.put(field, ignored(why));
        } else if (key.contains("amazonaws.com") || key.contains("gke.io")) {
            found.put(field, refused("annotations of Amazon's and Google's clouds are of the paid edition"));
        } else if (key.equals("topic") && value.contains(",")) {
            found.put(field, refused("one topic a function"));
        } else if (key.startsWith("com.openfaas.health.") || key.startsWith("com.openfaas.ready.")) {
            found.put(field, ignored("probes are fixed: /_/health every 2 seconds, from 2 seconds after the start"));
        }
    }

    /** What the name alone tells: the check runs inside the cluster, as nobody in particular. */
    private static void image(String image, Map<String, Found> found) {
        String first = image.contains("/") ? image.substring(0, image.indexOf('/')) : "";
        String host = first.replaceAll(":\\d+$", "");
        boolean registry = first.contains(".") || first.contains(":") || first.equals("localhost");
        if (host.equals("localhost") || host.endsWith(".localhost") || host.startsWith("127.")) {
            found.put(
                    "image",
                    refused("inside the cluster " + first + " is the gateway's own pod, which has no registry"));
        } else if (first.equals("vfaas.internal")) {
            found.put("image", refused("there is no image store in its gateway"));
        } else if (registry && (privateAddress(host) || host.endsWith(".local"))) {
            found.put(
                    "image",
                    refused("only public images are allowed, and a registry at " + first
                            + " is not public, whether or not it asks for a login"));
        }
    }

    private static boolean privateAddress(String host) {
        return host.matches("10(\\.\\d{1,3}){3}|192\\.168(\\.\\d{1,3}){2}|172\\.(1[6-9]|2\\d|3[01])(\\.\\d{1,3}){2}");
    }
}
