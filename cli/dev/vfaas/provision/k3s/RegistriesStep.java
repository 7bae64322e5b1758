package dev.vfaas.provision.k3s;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells a node's containerd where images of the gateway's own store come from: {@code vfaas.internal} is the gateway's address in the cluster, which
 * only nodes and pods reach. The password, which can only read images, is made on the first server and taken over by nodes that join.
 */
public final class RegistriesStep implements Step {
    /** K3s's file; it holds a password. */
    public static final String PATH = "/etc/rancher/k3s/registries.yaml";

    static final String ID = "k3s-registries";
    private static final String QUESTION = "k3s.registries";
    private static final Duration SHORT = Duration.ofSeconds(30);
    private static final int MODE = 0600;

    /** A shell command that prints the nodes' password, nothing when there is none; logins for other registries may stand in the file too. */
    public static final String PASSWORD =
            "awk '{ sub(/\\r$/, \"\") } /^ *(#|$)/ { next } { match($0, /[^ ]/) } RSTART <= at { at = 0 } "
                    + "at && sub(/^ *password: */, \"\") { print; exit } /10\\.43\\.0\\.80:8080[^ ]?:/ { at = RSTART }' "
                    + PATH + " 2>/dev/null | tr -d \"\\\"' \\r\\n\"";

    private static final String LOOK = """
            file=/etc/rancher/k3s/registries.yaml
            if [ ! -f "$file" ]; then echo none
            elif grep -q '^# Written by vfaas: images of the gateway, 1$' "$file" && [ -n "$(PASSWORD)" ] && [ "$(stat -c %a "$file")" = 600 ]; then echo ours
            elif grep -q '^# Written by vfaas' "$file"; then echo old
            elif grep -q 'vfaas\\.internal' "$file"; then echo theirs
            else echo other; fi
            """.replace("$(PASSWORD)", "$(" + PASSWORD + ")");

    /** Writes the file with the password of standard input, or else a new one, and prints the file's sum. */
    private static final String WRITE = """
            set -e
            umask 077
            file=/etc/rancher/k3s/registries.yaml
            password=$(cat)
            if [ -z "$password" ] && [ -f "$file" ]; then password=$(PASSWORD); fi
            if [ -z "$password" ]; then password=$(head -c 48 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' | head -c 32); fi
            mkdir -p "${file%/*}"
            cat >"$file.new" <<END
            # Written by vfaas: images of the gateway, 1
            # vfaas.internal is the gateway's own image store; this password can only read from it.
            mirrors:
              vfaas.internal:
                endpoint:
                - "http://10.43.0.80:8080"
            configs:
              "10.43.0.80:8080":
                auth:
                  username: node
                  password: $password
            END
            mv "$file.new" "$file"
            sha256sum <"$file" | cut -c1-64
            """.replace("$(PASSWORD)", "$(" + PASSWORD + ")");

    private final @Nullable Secret password;

    /** @param password of the cluster's nodes; null on the first server, which makes it */
    public RegistriesStep(@Nullable Secret password) {
        this.password = password;
    }

    /** Prints the password, for a node that joins; nothing when the cluster has none. */
    public static Command read() {
        return Command.script(PASSWORD);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Phase phase() {
        return Phase.K3S;
    }

    @Override
    public String title() {
        return "telling K3s where the gateway's images are";
    }

    @Override
    public List<Question> questions() {
        return List.of(new Question.OfScript(QUESTION, LOOK));
    }

    @Override
    public List<Change> plan(Planning planning) {
        String said = planning.observed().answer(QUESTION).output().strip();
        return switch (said) {
            case "ours", "theirs" -> List.of();
            case "other" ->
                throw Failure.of(
                                ExitCode.PREFLIGHT,
                                PATH
                                        + " is not vfaas's and does not say where vfaas.internal is, which the nodes pull functions from; nothing was changed")
                        .next(
                                "add there: under mirrors, vfaas.internal with endpoint http://10.43.0.80:8080; under configs, \"10.43.0.80:8080\" with auth, username node and a password of your choice");
            default ->
                List.of(new Change.OfAction("write " + PATH
                        + " (0600): vfaas.internal is http://10.43.0.80:8080, with a password of the nodes"));
        };
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        String sum = execution
                .run(Command.script(WRITE), password == null ? Secret.of("") : password, SHORT)
                .out()
                .strip();
        execution.record(PATH, sum, MODE);
    }
}
