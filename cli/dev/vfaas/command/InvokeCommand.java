package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Invocation;
import dev.vfaas.openfaas.Invocation.Answer;
import dev.vfaas.openfaas.Invocation.Body;
import dev.vfaas.openfaas.OpenFaas;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas invoke}. */
@Command(
        name = "invoke",
        description = "Call a function with standard input as the body; its answer goes to standard output as it comes",
        footer = {
            "",
            "Exit code 1 and the body on standard error when the status is not 2xx.",
            "",
            "Examples:",
            "  echo Oslo | vfaas invoke hello",
            "  vfaas invoke image-resizer < photo.jpg > thumb.jpg",
            "  vfaas invoke hello/some/path -m GET --query verbose=1 -H 'Accept: application/json' < /dev/null",
            "  vfaas invoke report --async < data.json"
        })
final class InvokeCommand implements Callable<Integer> {
    private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS");
    private static final int BUFFER = 16 * 1024;
    private final Session session;

    @Parameters(paramLabel = "NAME[/PATH]", description = "the function, and the path below it if any")
    String function = "";

    @Option(names = "--content-type", paramLabel = "TYPE", description = "of the body (default: text/plain)")
    String contentType = "text/plain";

    @Option(names = "--query", paramLabel = "K=V", description = "query parameter; repeat it for more")
    List<String> query = new ArrayList<>();

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'K: V'",
            description = "request header; repeat it for more")
    List<String> headers = new ArrayList<>();

    @Option(
            names = {"-a", "--async"},
            description = "queue the call and do not wait for its answer")
    boolean async;

    @Option(
            names = {"-m", "--method"},
            paramLabel = "METHOD",
            description = "HTTP method (default: POST)")
    String method = "POST";

    @Option(
            names = "--sign",
            paramLabel = "HEADER",
            description = "sign the body with HMAC-SHA256 in this header; needs --key")
    @Nullable
    String sign;

    @Option(names = "--key", paramLabel = "KEY", description = "key for --sign")
    @Nullable
    String key;

    @Option(names = "--auth", description = "send the stored login, or --token, with the call")
    boolean auth;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            description = "give up when nothing comes for so long (default: 10m)")
    Duration timeout = Duration.ofMinutes(10);

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    InvokeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        Console console = session.console();
        OpenFaas client = gateway.client(session, stack);
        try (Answer answer = client.invoke(invocation())) {
            if (!answer.successful()) {
                return refused(answer, client);
            }
            copy(answer.body(), console.resultBytes());
            if (async) {
                String callId = answer.header("X-Call-Id");
                console.info("the call is queued" + (callId == null ? "" : "; its id is " + callId));
            }
            return ExitCode.OK.code();
        }
    }

    private Invocation invocation() throws IOException {
        String verb = method.toUpperCase(Locale.ROOT);
        if (!METHODS.contains(verb)) {
            throw Failure.usage(
                    "the method \"" + method + "\" is none of GET, POST, PUT, PATCH, DELETE, HEAD and OPTIONS");
        }
        if ((sign == null) != (key == null)) {
            throw Failure.usage("--sign and --key go together");
        }
        List<Map.Entry<String, String>> sent = new ArrayList<>();
        headers.forEach(header -> sent.add(header(header)));
        boolean bodyless = verb.equals("GET") || verb.equals("HEAD");
        Body body = bodyless ? null : body(sent);
        if (auth) {
            String value = gateway.credentials(session, stack).header();
            if (value != null) {
                sent.add(Map.entry("Authorization", value));
            }
        }
        return new Invocation(
                path(), async, verb, query.stream().map(InvokeCommand::pair).toList(), sent, body, timeout);
    }

    private Body body(List<Map.Entry<String, String>> sent) throws IOException {
        InputStream input = session.console().input();
        if (session.console().interactive()) {
            session.console().info("reading the body from standard input; Ctrl-D ends it");
        }
        if (sign != null && key != null) {
            byte[] content = input.readAllBytes();
            sent.add(Map.entry(sign, "sha256=" + new Signature(key.getBytes(StandardCharsets.UTF_8)).of(content)));
            return new Body.Bytes(contentType, content);
        }
        // A body that fits is sent with its length: not every function understands chunks.
        byte[] start = input.readNBytes(1 << 20);
        return start.length < 1 << 20
                ? new Body.Bytes(contentType, start)
                : new Body.Stream(
                        contentType, new java.io.SequenceInputStream(new java.io.ByteArrayInputStream(start), input));
    }

    private String path() {
        if (gateway.namespace == null) {
            return function;
        }
        int slash = function.indexOf('/');
        String name = slash < 0 ? function : function.substring(0, slash);
        return name + "." + gateway.namespace + (slash < 0 ? "" : function.substring(slash));
    }

    private int refused(Answer answer, OpenFaas client) throws IOException {
        byte[] body = answer.body().readAllBytes();
        String text = new String(body, StandardCharsets.UTF_8).strip();
        if (!text.isEmpty()) {
            session.console().info(text);
        }
        Failure failure = Failure.failed(
                "function \"" + function + "\" on " + client.place() + " answered status " + answer.status());
        throw answer.status() == 404
                ? failure.next("vfaas list")
                : failure.next("vfaas logs " + function + " --tail=false");
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
            to.write(buffer, 0, read);
            to.flush(); // what the function streams is seen at once
        }
    }

    private static Map.Entry<String, String> header(String text) {
        int colon = text.indexOf(':');
        int at = colon < 0 ? text.indexOf('=') : colon;
        if (at <= 0) {
            throw Failure.usage("the header \"" + text + "\" is not \"Name: value\"");
        }
        return Map.entry(text.substring(0, at).strip(), text.substring(at + 1).strip());
    }

    private static Map.Entry<String, String> pair(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw Failure.usage("the query parameter \"" + text + "\" is not name=value");
        }
        return Map.entry(text.substring(0, equals), text.substring(equals + 1));
    }
}
