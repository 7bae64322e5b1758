package dev.vfaas.openfaas;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Between JSON trees and the API's records. A member of an unexpected type counts as absent. */
final class Wire {
    private Wire() {}

    static FunctionStatus status(Object tree) {
        Map<?, ?> object = object(tree);
        return new FunctionStatus(
                textOr(object, "name", ""),
                textOr(object, "image", ""),
                text(object, "namespace"),
                text(object, "envProcess"),
                strings(object.get("envVars")),
                list(object.get("constraints")),
                list(object.get("secrets")),
                strings(object.get("labels")),
                strings(object.get("annotations")),
                resources(object.get("limits")),
                resources(object.get("requests")),
                Boolean.TRUE.equals(object.get("readOnlyRootFilesystem")),
                number(object.get("invocationCount")).doubleValue(),
                number(object.get("replicas")).longValue(),
                number(object.get("availableReplicas")).longValue(),
                text(object, "createdAt"),
                usage(object.get("usage")));
    }

    static GatewayInfo info(Object tree) {
        Map<?, ?> object = object(tree);
        Map<?, ?> provider = object(object.get("provider"));
        return new GatewayInfo(
                new GatewayInfo.Provider(
                        textOr(provider, "provider", ""),
                        version(provider.get("version")),
                        textOr(provider, "orchestration", "")),
                version(object.get("version")),
                text(object, "arch"));
    }

    static CallQueue queue(Object tree) {
        Map<?, ?> object = object(tree);
        List<CallQueue.DeadLetter> dead = elements(object.get("dead")).stream()
                .map(Wire::object)
                .map(letter -> new CallQueue.DeadLetter(
                        textOr(letter, "callId", ""),
                        textOr(letter, "name", ""),
                        textOr(letter, "namespace", ""),
                        textOr(letter, "method", ""),
                        textOr(letter, "path", ""),
                        number(letter.get("attempts")).intValue(),
                        number(letter.get("status")).intValue(),
                        textOr(letter, "reason", ""),
                        text(letter, "accepted"),
                        textOr(letter, "died", ""),
                        number(letter.get("bodyBytes")).longValue()))
                .toList();
        return new CallQueue(
                textOr(object, "store", ""), number(object.get("calls")).longValue(), dead);
    }

    static RegistryLogin login(Map<?, ?> login) {
        return new RegistryLogin(
                textOr(login, "registry", ""), textOr(login, "namespace", ""), textOr(login, "secret", ""));
    }

    static int count(Object tree) {
        return number(object(tree).get("count")).intValue();
    }

    static LogMessage log(Object tree) {
        Map<?, ?> object = object(tree);
        return new LogMessage(
                textOr(object, "name", ""),
                text(object, "namespace"),
                textOr(object, "instance", ""),
                textOr(object, "timestamp", ""),
                textOr(object, "text", ""));
    }

    static Map<String, @Nullable Object> tree(FunctionDeployment deployment) {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("service", deployment.service());
        tree.put("image", deployment.image());
        tree.put("namespace", deployment.namespace());
        tree.put("envProcess", deployment.envProcess());
        tree.put("envVars", deployment.envVars());
        tree.put("constraints", deployment.constraints());
        tree.put("secrets", deployment.secrets());
        tree.put("labels", deployment.labels());
        tree.put("annotations", deployment.annotations());
        tree.put("limits", tree(deployment.limits()));
        tree.put("requests", tree(deployment.requests()));
        tree.put("readOnlyRootFilesystem", deployment.readOnlyRootFilesystem());
        return tree;
    }

    /** The members of an array of objects, or nothing: Go writes an empty list as null. */
    static List<Object> elements(@Nullable Object tree) {
        List<Object> elements = new ArrayList<>();
        if (tree instanceof List<?> list) {
            list.stream().filter(element -> element != null).forEach(elements::add);
        }
        return elements;
    }

    static Map<?, ?> object(@Nullable Object tree) {
        return tree instanceof Map<?, ?> object ? object : Map.of();
    }

    static @Nullable String text(Map<?, ?> object, String member) {
        Object value = object.get(member);
        return value == null ? null : value.toString();
    }

    static String textOr(Map<?, ?> object, String member, String otherwise) {
        String value = text(object, member);
        return value == null ? otherwise : value;
    }

    private static @Nullable Map<String, @Nullable Object> tree(@Nullable Resources resources) {
        if (resources == null) {
            return null;
        }
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("memory", resources.memory());
        tree.put("cpu", resources.cpu());
        return tree;
    }

    private static GatewayInfo.Version version(@Nullable Object tree) {
        Map<?, ?> object = object(tree);
        return new GatewayInfo.Version(text(object, "commit_message"), text(object, "sha"), text(object, "release"));
    }

    private static @Nullable Resources resources(@Nullable Object tree) {
        return tree instanceof Map<?, ?> object ? new Resources(text(object, "memory"), text(object, "cpu")) : null;
    }

    private static FunctionStatus.@Nullable Usage usage(@Nullable Object tree) {
        return tree instanceof Map<?, ?> object
                ? new FunctionStatus.Usage(
                        number(object.get("cpu")).doubleValue(),
                        number(object.get("totalMemoryBytes")).doubleValue())
                : null;
    }

    private static @Nullable Map<String, String> strings(@Nullable Object tree) {
        if (!(tree instanceof Map<?, ?> object)) {
            return null;
        }
        Map<String, String> strings = new LinkedHashMap<>();
        object.forEach((key, value) -> strings.put(String.valueOf(key), value == null ? "" : value.toString()));
        return strings;
    }

    private static @Nullable List<String> list(@Nullable Object tree) {
        return tree instanceof List<?> list ? list.stream().map(String::valueOf).toList() : null;
    }

    private static Number number(@Nullable Object tree) {
        return tree instanceof Number number ? number : 0;
    }
}
