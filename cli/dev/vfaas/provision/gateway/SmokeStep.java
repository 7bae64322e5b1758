package dev.vfaas.provision.gateway;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.FunctionStatus;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.GatewayUrl;
import dev.vfaas.openfaas.Invocation;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.openfaas.Readiness;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.openfaas.Transport;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.stack.FirstAnswer;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Deploys a small function through the SSH forward, calls it once and removes it: what works for it works for the person's functions. */
final class SmokeStep implements Step {
    static final String ID = "vfaas-smoke";
    /** Where the state keeps the image a call went well with. */
    private static final String TRIED = "vfaas.tried";

    private static final String FUNCTION = "vfaas-smoke";
    private static final String BODY = "is anybody there?";
    private static final Duration SHORT = Duration.ofSeconds(30);
    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration CALL = Duration.ofSeconds(30);
    private static final Duration QUEUE = Duration.ofSeconds(10);

    private final String image;
    private final String node;
    private final String tag;
    private final boolean shared;

    /**
     * @param image of the function, as containerd knows it
     * @param node this server's, which has the image
     * @param tag what {@link ClusterImage#LABEL} says on all nodes that have it; the function may run on any of them
     * @param shared whether the gateways keep asynchronous calls on a queue server, which then is asked for too
     */
    SmokeStep(String image, String node, String tag, boolean shared) {
        this.image = image;
        this.node = node;
        this.tag = tag;
        this.shared = shared;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Phase phase() {
        return Phase.STACK;
    }

    @Override
    public String title() {
        return "calling a first function";
    }

    @Override
    public List<Change> plan(Planning planning) {
        boolean tried = planning.state().value(TRIED).orElse("").equals(image);
        boolean changed = !planning.changesOf(ObjectsStep.ID).isEmpty();
        return tried && !changed && !planning.interrupted(ID)
                ? List.of()
                : List.of(new Change.OfAction("deploy a function for a try, call it once and remove it"));
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        execution.run(
                Command.script(
                        "PATH=\"$PATH:/usr/local/bin\"; k3s kubectl label --overwrite node \"$1\" \"$2=$3\" >/dev/null",
                        node,
                        ClusterImage.LABEL,
                        tag),
                SHORT);
        try (Server.Forward forward = execution.server().forward(VfaasStack.ADDRESS, VfaasStack.PORT)) {
            OpenFaas gateway = new OpenFaas(new Transport(new Transport.Target(
                    GatewayUrl.parse("http://127.0.0.1:" + forward.port()), login(execution), true, "vfaas", CALL)));
            FirstAnswer.of(gateway);
            remove(gateway);
            try {
                long start = System.nanoTime();
                execution.progress("deploying a function for a try");
                gateway.create(deployment());
                awaitServing(gateway, execution);
                execution.progress("calling it");
                call(gateway, execution);
                execution.remember("vfaas.tried-millis", Long.toString((System.nanoTime() - start) / 1_000_000));
            } finally {
                remove(gateway);
            }
            if (shared) {
                execution.progress("asking for the queue of asynchronous calls");
                queue(gateway, execution);
            }
        } catch (GatewayException e) {
            throw failed(execution, "the gateway says: " + e.getMessage());
        }
        execution.remember(TRIED, image);
    }

    private FunctionDeployment deployment() {
        return new FunctionDeployment(
                FUNCTION,
                image,
                null,
                null,
                Map.of(),
                List.of(ClusterImage.LABEL + "=" + tag),
                List.of(),
                Map.of("com.openfaas.scale.min", "1", "com.openfaas.scale.max", "1"),
                Map.of(),
                null,
                null,
                true);
    }

    private static void awaitServing(OpenFaas gateway, Execution execution) {
        execution.await(
                "the function " + FUNCTION + " to serve",
                START,
                () -> {
                    FunctionStatus status = gateway.function(FUNCTION, null, false);
                    Readiness readiness = Readiness.of(status);
                    if (readiness.failed()) {
                        throw failed(
                                execution,
                                "the function does not start: " + readiness.word() + " " + readiness.reason());
                    }
                    return status.availableReplicas() > 0 ? Optional.of(true) : Optional.empty();
                },
                () -> List.of(String.valueOf(Readiness.of(gateway.function(FUNCTION, null, false)))));
    }

    private static void call(OpenFaas gateway, Execution execution) {
        byte[] body = BODY.getBytes(StandardCharsets.UTF_8);
        Invocation invocation = new Invocation(
                FUNCTION, false, "POST", List.of(), List.of(), new Invocation.Body.Bytes("text/plain", body), CALL);
        try (Invocation.Answer answer = gateway.invoke(invocation)) {
            String said = new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
            if (answer.status() != 200 || !said.equals(BODY)) {
                throw failed(execution, "the function answered " + answer.status() + ": " + said.strip());
            }
        } catch (IOException e) {
            throw failed(execution, "the function's answer broke off: " + e.getMessage());
        }
    }

    private static void queue(OpenFaas gateway, Execution execution) {
        String trouble = QueueAnswer.trouble(gateway, FUNCTION, QUEUE);
        if (trouble != null) {
            String host = execution.server().name();
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            host
                                    + ": the gateway runs and functions can be called, but asynchronous calls are refused: "
                                    + trouble)
                    .next(
                            "vfaas up " + host
                                    + " once the queue server answers there, or with its right address: --gateway-queue nats://ADDRESS:4222");
        }
    }

    private static void remove(OpenFaas gateway) {
        try {
            gateway.delete(FUNCTION, null);
        } catch (GatewayException e) {
            if (e.kind() != GatewayException.Kind.NOT_FOUND) {
                throw e;
            }
        }
    }

    private static Failure failed(Execution execution, String why) {
        return Failure.of(
                        ExitCode.NOT_AS_ASKED,
                        execution.server().name() + ": the gateway runs, but a function could not be called: " + why)
                .next("vfaas host exec " + execution.server().name()
                        + " -- k3s kubectl -n openfaas-fn get pods,events");
    }

    /** Not through the execution: what that runs may be shown, and this prints a password. */
    private static Credentials login(Execution execution) {
        Completed completed = execution
                .server()
                .runAsRoot(
                        Command.script(
                                "PATH=\"$PATH:/usr/local/bin\"; k3s kubectl -n vfaas get secret basic-auth -o 'jsonpath={.data.basic-auth-user} {.data.basic-auth-password}'"),
                        SHORT);
        String[] words = completed.out().strip().split(" ");
        if (!completed.ok() || words.length != 2) {
            throw failed(
                    execution,
                    "the Secret vfaas/basic-auth cannot be read: "
                            + completed.err().strip());
        }
        return new Credentials.Basic(text(words[0]), Secret.of(text(words[1])));
    }

    private static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    @Override
    public void verify(Execution execution) {
        // The call was the verification.
    }
}
