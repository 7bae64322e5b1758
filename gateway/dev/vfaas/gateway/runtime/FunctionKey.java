package dev.vfaas.gateway.runtime;

/** A function's identity. Its path form is {@code name.namespace}. */
public record FunctionKey(String namespace, String name) {
    /** The namespace of functions that name none. */
    public static final String DEFAULT_NAMESPACE = "openfaas-fn";

    /** Reads the first path segment after /function/: {@code name} or {@code name.namespace}. */
    public static FunctionKey parse(String segment) {
        int dot = segment.lastIndexOf('.');
        return dot < 0
                ? new FunctionKey(DEFAULT_NAMESPACE, segment)
                : new FunctionKey(segment.substring(dot + 1), segment.substring(0, dot));
    }

    @Override
    public String toString() {
        return name + "." + namespace;
    }
}
