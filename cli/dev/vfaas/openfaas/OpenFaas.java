package dev.vfaas.openfaas;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * A client of OpenFaaS's REST API. A namespace that is null means the gateway's default. Every method throws {@link GatewayException}; a name that
 * does not exist is its kind NOT_FOUND. Thread-safe.
 */
public final class OpenFaas {
    private final Transport transport;
    private final Json json = new Json();

    /** A client of the gateway that {@code transport} reaches. */
    public OpenFaas(Transport transport) {
        this.transport = transport;
    }

    /** The gateway this client speaks to. */
    public GatewayUrl gateway() {
        return transport.gateway();
    }

    /** The way there; null when it is reached directly, by its URL. */
    public @Nullable Way way() {
        return transport.way();
    }

    /** What a person knows it by: its URL, or the server it is reached through. */
    public String place() {
        return GatewayException.place(gateway(), way());
    }

    /** For messages: {@code gateway https://faas.example.com}, or {@code gateway of root@203.0.113.10} when it is reached through a server. */
    public String named() {
        return GatewayException.named(gateway(), way());
    }

    /** All functions of a namespace. */
    public List<FunctionStatus> functions(@Nullable String namespace) {
        Object tree = read(transport.get(url("system/functions", namespace).build()));
        return Wire.elements(tree).stream().map(Wire::status).toList();
    }

    /** One function; {@code usage} asks for what its replicas use too. */
    public FunctionStatus function(String name, @Nullable String namespace, boolean usage) {
        HttpUrl.Builder url = url("system/function/" + name, namespace);
        if (usage) {
            url.addQueryParameter("usage", "1");
        }
        return Wire.status(object(read(transport.get(url.build()))));
    }

    /** Deploys a function that does not exist yet. */
    public void create(FunctionDeployment deployment) {
        transport.send("POST", url("system/functions", null).build(), json.write(Wire.tree(deployment)));
    }

    /** Deploys a new version of a function. An answer of 200, with which OpenFaaS CE hides a refused update, is kind NOT_APPLIED. */
    public void update(FunctionDeployment deployment) {
        int status = transport.send("PUT", url("system/functions", null).build(), json.write(Wire.tree(deployment)));
        if (status != 202) {
            throw new GatewayException(GatewayException.Kind.NOT_APPLIED, gateway(), status, "", null, way());
        }
    }

    /** Removes a function. */
    public void delete(String name, @Nullable String namespace) {
        // Some providers read the namespace from the body, some from the query.
        transport.send(
                "DELETE",
                url("system/functions", namespace).build(),
                json.write(members("functionName", name, "namespace", namespace)));
    }

    /** Sets the number of replicas. */
    public void scale(String name, @Nullable String namespace, int replicas) {
        Map<String, @Nullable Object> body = members("serviceName", name, "namespace", namespace);
        body.put("replicas", replicas);
        transport.send("POST", url("system/scale-function/" + name, namespace).build(), json.write(body));
    }

    /** Names of a namespace's secrets. */
    public List<String> secrets(@Nullable String namespace) {
        Object tree = read(transport.get(url("system/secrets", namespace).build()));
        return Wire.elements(tree).stream()
                .map(element -> Wire.textOr(Wire.object(element), "name", ""))
                .sorted()
                .toList();
    }

    /** Creates a secret; CONFLICT when it exists. */
    public void createSecret(String name, @Nullable String namespace, Secret value) {
        transport.send("POST", url("system/secrets", null).build(), secretBody(name, namespace, value));
    }

    /** Replaces a secret's value. */
    public void updateSecret(String name, @Nullable String namespace, Secret value) {
        transport.send("PUT", url("system/secrets", null).build(), secretBody(name, namespace, value));
    }

    /** Removes a secret. */
    public void deleteSecret(String name, @Nullable String namespace) {
        transport.send(
                "DELETE",
                url("system/secrets", null).build(),
                json.write(members("name", name, "namespace", namespace)));
    }

    /** Logins for registries that the gateway keeps for a namespace; NOT_FOUND when it keeps none at all. */
    public List<RegistryLogin> registries(@Nullable String namespace) {
        Object tree = read(transport.get(url("system/registries", namespace).build()));
        return Wire.elements(tree).stream().map(Wire::object).map(Wire::login).toList();
    }

    /** Gives the gateway a login for a registry, in place of the one it may have. */
    public void registryLogin(String registry, @Nullable String namespace, String user, Secret password) {
        Map<String, @Nullable Object> body = members("registry", registry, "namespace", namespace);
        body.put("username", user);
        body.put("password", password.revealText());
        transport.send("POST", url("system/registries", null).build(), json.write(body));
    }

    /** Makes the gateway forget its login for a registry. */
    public void registryLogout(String registry, @Nullable String namespace) {
        transport.send(
                "DELETE",
                url("system/registries", null).build(),
                json.write(members("registry", registry, "namespace", namespace)));
    }

    /** Which gateway and provider answer. */
    public GatewayInfo info() {
        return Wire.info(object(read(transport.get(url("system/info", null).build()))));
    }

    /** Names of the namespaces. */
    public List<String> namespaces() {
        Object tree = read(transport.get(url("system/namespaces", null).build()));
        return Wire.elements(tree).stream().map(String::valueOf).toList();
    }

    /** The gateway's metrics, in Prometheus's text format; NOT_FOUND where they are elsewhere. */
    public String metrics() {
        return transport.get(url("metrics", null).build());
    }

    /** Makes a namespace for functions. */
    public void createNamespace(FunctionNamespace namespace) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("name", namespace.name());
        body.put("labels", namespace.labels());
        body.put("annotations", namespace.annotations());
        transport.send("POST", url("system/namespace/", null).build(), json.write(body));
    }

    /** Removes a namespace with the functions and secrets in it. */
    public void deleteNamespace(String name) {
        transport.send(
                "DELETE",
                url("system/namespace/" + name, null).build(),
                json.write(members("name", name, "namespace", null)));
    }

    /** Checks that the gateway is up. */
    public void health() {
        transport.get(url("healthz", null).build());
    }

    /** Streams log lines to {@code sink}, oldest first, until there are no more or the sink refuses. */
    public void logs(LogRequest request, Predicate<LogMessage> sink) {
        HttpUrl.Builder url = url("system/logs", request.namespace())
                .addQueryParameter("name", request.name())
                .addQueryParameter("follow", Boolean.toString(request.follow()))
                .addQueryParameter("tail", Integer.toString(request.lines()));
        if (request.instance() != null) {
            url.addQueryParameter("instance", request.instance());
        }
        if (request.since() != null) {
            url.addQueryParameter("since", request.since().toString());
        }
        try (Response response = transport.stream(url.build())) {
            BufferedSource lines = response.body().source();
            for (String line = lines.readUtf8Line(); line != null; line = lines.readUtf8Line()) {
                if (!line.isBlank() && !sink.test(Wire.log(object(read(line))))) {
                    return;
                }
            }
        } catch (IOException e) {
            throw transport.failure(e);
        }
    }

    /** Calls a function, or queues the call. The answer's status is whatever the function says: it is not checked. */
    public Invocation.Answer invoke(Invocation invocation) {
        String segment = invocation.async() ? "async-function/" : "function/";
        HttpUrl.Builder url = url(segment + invocation.function(), null);
        invocation.query().forEach(pair -> url.addQueryParameter(pair.getKey(), pair.getValue()));
        return transport.invoke(new Request.Builder().url(url.build()), invocation);
    }

    /** The queue of asynchronous calls and its dead letters; NOT_FOUND when the gateway has no such list. */
    public CallQueue queue(@Nullable String name, @Nullable String namespace) {
        return Wire.queue(object(read(transport.get(queueUrl("system/queue", name, namespace)))));
    }

    /** Makes dead letters calls again and tells how many; {@code name} is a function, a call id, or null for all. */
    public int retryDead(@Nullable String name, @Nullable String namespace) {
        return Wire.count(object(read(transport.post(queueUrl("system/queue/retry", name, namespace)))));
    }

    /** Forgets dead letters and tells how many; {@code name} is a function, a call id, or null for all. */
    public int dropDead(@Nullable String name, @Nullable String namespace) {
        return Wire.count(object(read(transport.post(queueUrl("system/queue/drop", name, namespace)))));
    }

    private HttpUrl queueUrl(String path, @Nullable String name, @Nullable String namespace) {
        HttpUrl.Builder url = url(path, namespace);
        return (name == null ? url : url.addQueryParameter("name", name)).build();
    }

    private HttpUrl.Builder url(String path, @Nullable String namespace) {
        HttpUrl.Builder url = HttpUrl.get(gateway().text()).newBuilder().addPathSegments(path);
        return namespace == null ? url : url.addQueryParameter("namespace", namespace);
    }

    private String secretBody(String name, @Nullable String namespace, Secret value) {
        Map<String, @Nullable Object> body = members("name", name, "namespace", namespace);
        byte[] bytes = value.reveal();
        try {
            body.put(
                    "value",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) { // not text
            body.put("rawValue", Base64.getEncoder().encodeToString(bytes));
        }
        return json.write(body);
    }

    private static Map<String, @Nullable Object> members(
            String first, String name, String second, @Nullable String value) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put(first, name);
        members.put(second, value);
        return members;
    }

    private @Nullable Object read(String text) {
        try {
            return json.read(text);
        } catch (IOException e) {
            throw unintelligible(text, e);
        }
    }

    private Object object(@Nullable Object tree) {
        if (tree instanceof Map<?, ?>) {
            return tree;
        }
        throw unintelligible(String.valueOf(tree), null);
    }

    private GatewayException unintelligible(String text, @Nullable Throwable cause) {
        String start = text.length() > 200 ? text.substring(0, 200) + "…" : text;
        return new GatewayException(GatewayException.Kind.UNINTELLIGIBLE, gateway(), 0, start.strip(), cause, way());
    }
}
