package dev.vfaas.provision.stack;

import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.ssh.Command;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/**
 * The gateway's user and password: Secret {@code basic-auth} with OpenFaaS's keys. The password is made here, once, travels on standard input, and is
 * never replaced.
 */
public final class LoginSecretStep implements Step {
    /** The Secret's name. */
    public static final String NAME = "basic-auth";

    private static final String USER = "basic-auth-user";
    private static final String PASSWORD = "basic-auth-password";
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int LENGTH = 32;
    private static final Duration SHORT = Duration.ofSeconds(60);

    /** Prints the Secret's keys, never its values. $1 the namespace. */
    private static final String KEYS = ClusterObjects.PATH + "k3s kubectl -n \"$1\" get secret " + NAME
            + " --ignore-not-found -o 'go-template={{range $key, $value := .data}}{{$key}} {{end}}' 2>/dev/null";

    private static final String MAKE = "case \"$(" + KEYS + ")\" in *" + PASSWORD + "*" + USER
            + "*) cat >/dev/null ;; *) " + ClusterObjects.PATH
            + "k3s kubectl apply --server-side --force-conflicts --field-manager=vfaas -f - ;; esac";

    private final String id;
    private final String namespace;

    /**
     * @param id begins with the stack's name, for example {@code openfaas-login}
     * @param namespace where the gateway is
     */
    public LoginSecretStep(String id, String namespace) {
        this.id = id;
        this.namespace = namespace;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Phase phase() {
        return Phase.STACK;
    }

    @Override
    public String title() {
        return "making the gateway's password";
    }

    @Override
    public List<Question> questions() {
        return List.of(new Question.OfScript(id, "set -- '" + namespace + "'; " + KEYS));
    }

    @Override
    public List<Change> plan(Planning planning) {
        List<String> keys =
                List.of(planning.observed().answer(id).output().strip().split(" "));
        return keys.containsAll(List.of(USER, PASSWORD)) && !ManifestsStep.leaving(planning)
                ? List.of()
                : List.of(new Change.OfManifest(
                        "Secret", namespace, NAME, null, USER + ": admin\n" + PASSWORD + ": [redacted]\n"));
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        execution.run(
                Command.script(MAKE, namespace),
                Secret.of("""
                apiVersion: v1
                kind: Secret
                metadata:
                  name: %s
                  namespace: %s
                  labels:
                    app.kubernetes.io/managed-by: vfaas
                type: Opaque
                stringData:
                  %s: admin
                  %s: %s
                """.formatted(NAME, namespace, USER, PASSWORD, password())),
                SHORT);
    }

    private static String password() {
        SecureRandom random = new SecureRandom();
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            password.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return password.toString();
    }
}
