package dev.vfaas.gateway.runtime.kubernetes;

/** Names by which objects in the cluster are recognised: those of OpenFaaS, so that its tools and kubectl's users find functions, and our own. */
final class Marks {
    /** Label of a function's Deployment, Service and pods: its name. */
    static final String FUNCTION = "faas_function";

    /** Label of Secrets that functions may use, with value {@link #SECRETS_OWNER}. */
    static final String SECRETS = "app.kubernetes.io/managed-by";

    static final String SECRETS_OWNER = "openfaas";

    /** Annotation of namespaces that may hold functions, with value {@code 1}. */
    static final String NAMESPACE = "openfaas";

    /** Prefix of labels and annotations that hold what the gateway itself needs to remember; nobody else may set them. */
    static final String OWN = "vfaas.dev/";

    /** Label of namespaces: {@code functions}, or {@code gateway} for the gateway's own. */
    static final String ROLE = OWN + "role";

    /** Label of pods, annotation of the Deployment: number of the revision asked for, from 1. */
    static final String REVISION = OWN + "revision";

    /** Label of pods, annotation of the Deployment: tells a function from an earlier one of the same name whose pods still end. */
    static final String LIFE = OWN + "life";

    /** Annotation of the Deployment: the image as it was asked for. */
    static final String IMAGE = OWN + "image";

    /** Annotation of the Deployment: replicas asked for by the deployment or a person, to which the number returns without load. */
    static final String BASELINE = OWN + "baseline";

    /** Annotation of the Deployment: limits and requests as they were written, in JSON. */
    static final String RESOURCES = OWN + "resources";

    /** Annotation of the Deployment: names of environment variables the gateway added, with commas. */
    static final String ADDED_ENV = OWN + "added-env";

    /** Annotation of the Deployment: names of pull secrets the gateway added, with commas. */
    static final String ADDED_PULL = OWN + "added-pull-secrets";

    /** Tells Prometheus' usual discovery to leave functions alone, as OpenFaaS does; set when the function does not say otherwise. */
    static final String SCRAPE = "prometheus.io.scrape";

    /** A function's annotation: the service account its pods run as. */
    static final String SERVICE_ACCOUNT = "com.openfaas.serviceaccount";

    /** A function's annotation: {@code restricted} (the default), or {@code baseline} for an image that must run as the user it names. */
    static final String SECURITY = "dev.vfaas.security";

    /** A function's annotation: {@code tcp} for an image without a health path. */
    static final String PROBE = "dev.vfaas.probe";

    /** Name of the container in a pod, of the port in a Service. */
    static final String PORT_NAME = "http";

    /** The port functions listen on. */
    static final int PORT = 8080;

    private Marks() {}
}
