package dev.vfaas.provision.access;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.context.ServerContext;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Sha256;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Keeps the way to a stack's gateway and the login for it on this machine: the context of the server, made the current one, and the entry in
 * {@code ~/.openfaas/config.yml}. It reads them from the Service {@code gateway} and the Secret {@code basic-auth} of the stack's namespace, whose
 * names are OpenFaaS's. The last step of a stack; what it finds current it leaves alone.
 */
public final class GatewayAccessStep implements Step {
    private static final String ID = "gateway-access";
    private static final String QUESTION = "gateway.access";
    private static final Duration SHORT = Duration.ofSeconds(30);

    /** Prints the gateway's address and port, and the user and password in base64, one line each. */
    private static final String READ = """
            export PATH="$PATH:/usr/local/bin"
            k3s kubectl -n '%s' get service/gateway secret/basic-auth -o 'jsonpath={range .items[*]}{.spec.clusterIP}{" "}{.spec.ports[0].port}{" "}{.data.basic-auth-user}{" "}{.data.basic-auth-password}{"\\n"}{end}' \
              | sed 's/^ *//; s/ *$//'""";

    /** The same with a sum in place of the login, which no output may hold that is only looked at. */
    private static final String LOOK = "(\n" + READ + "\n) | { read -r address; read -r login;"
            + " echo \"$address $(printf %%s \"$login\" | sha256sum | cut -c1-64)\"; }";

    private final ServerContext context;
    private final String namespace;
    private final List<String> after;

    /**
     * @param namespace where the stack's gateway is, for example {@code openfaas}
     * @param after ids of steps that may give the gateway another address or login
     */
    public GatewayAccessStep(ServerContext context, String namespace, List<String> after) {
        this.context = context;
        this.namespace = namespace;
        this.after = List.copyOf(after);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Phase phase() {
        return Phase.ACCESS;
    }

    @Override
    public String title() {
        return "keeping the way to the gateway as context " + context.name();
    }

    @Override
    public List<Question> questions() {
        return List.of(new Question.OfScript(QUESTION, String.format(java.util.Locale.ROOT, LOOK, namespace)));
    }

    @Override
    public List<Change> plan(Planning planning) {
        boolean before =
                after.stream().allMatch(step -> planning.changesOf(step).isEmpty());
        String[] words = planning.observed().answer(QUESTION).output().strip().split(" ");
        boolean current = before
                && words.length == 3
                && context.leadsTo(words[0] + ":" + words[1])
                && context.login().map(login -> sum(login).equals(words[2])).orElse(false);
        return current
                ? List.of()
                : List.of(new Change.OfAction(
                        "keep the way to the gateway and its login on this machine as context " + context.name()));
    }

    /** As the script makes it. */
    private static String sum(Credentials login) {
        return login instanceof Credentials.Basic(var user, var password)
                ? Sha256.of((base64(user) + " " + base64(password.revealText())).getBytes(StandardCharsets.UTF_8))
                : "";
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        // Not through the execution: what that runs may be shown when it fails, and this prints a password.
        Completed completed = execution
                .server()
                .runAsRoot(Command.script(String.format(java.util.Locale.ROOT, READ, namespace)), SHORT);
        List<String> words = new ArrayList<>();
        completed
                .out()
                .lines()
                .forEach(line -> words.addAll(List.of(line.strip().split(" +"))));
        if (!completed.ok() || words.size() != 4) {
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            execution.server().name()
                                    + ": the Service gateway and the Secret basic-auth cannot be read in namespace "
                                    + namespace + ": " + completed.err().strip())
                    .next("vfaas doctor " + execution.server().name());
        }
        context.keep(
                words.get(0) + ":" + words.get(1),
                new Credentials.Basic(text(words.get(2)), Secret.of(text(words.get(3)))));
    }

    private static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    @Override
    public void undo(Execution execution) {
        context.forget();
    }

    @Override
    public List<String> undoes(HostState state) {
        return List.of("on this machine: the context " + context.name() + " and its login");
    }
}
