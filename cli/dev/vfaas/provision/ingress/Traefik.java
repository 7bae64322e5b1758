package dev.vfaas.provision.ingress;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** K3s's Traefik on one server: gives it settings and routes, and waits until it serves an authority's certificate. */
final class Traefik {
    static final String K3S = "export LC_ALL=C PATH=\"$PATH:/usr/local/bin\"; ";

    private static final Duration SHORT = Duration.ofSeconds(60);
    private static final Duration CERTIFICATE = Duration.ofMinutes(4);
    private static final Duration CONTROLLER = Duration.ofMinutes(5);

    /** Ends with 0 when Traefik runs with the settings $1 and the server's own ports lead to it; the last line says what is missing. */
    private static final String RUNS = K3S + """
            k3s kubectl get crd ingressroutes.traefik.io middlewares.traefik.io tlsoptions.traefik.io >/dev/null || exit 1
            found=$(k3s kubectl -n kube-system get deployment traefik -o 'jsonpath={.spec.template.metadata.annotations.vfaas\\.dev/settings}') || exit 1
            [ "$found" = "$1" ] || { echo "the deployment of Traefik does not have the settings yet"; exit 1; }
            k3s kubectl -n kube-system rollout status deployment/traefik --timeout=20s || exit 1
            if command -v curl >/dev/null; then curl -s -m 5 -o /dev/null http://127.0.0.1/ || { echo "nothing answers on 80/tcp"; exit 1; }; fi
            timeout 8 openssl s_client -connect 127.0.0.1:443 </dev/null >/dev/null 2>&1 || { echo "nothing answers on 443/tcp"; exit 1; }
            """;

    /** Why an authority gave none, in Traefik's words since $1, without the colours of a terminal. */
    private static final String REFUSALS = K3S + """
            k3s kubectl -n kube-system logs deployment/traefik --since-time="$1" 2>&1 | sed 's/\\x1b\\[[0-9;]*m//g' \\
              | grep -e 'Unable to obtain ACME certificate' -e 'ACME resolve is skipped' -e 'non-existent certificate resolver' | tail -n 3
            """;

    private static final String LOG = K3S + """
            k3s kubectl -n kube-system logs deployment/traefik --since-time="$1" 2>&1 | sed 's/\\x1b\\[[0-9;]*m//g' \\
              | grep -i -e acme -e certificate -e error | tail -n 6
            """;

    private static final String CONTROLLERS_WORDS = K3S + """
            k3s kubectl -n kube-system get helmchartconfigs,jobs,pods 2>&1 | tail -n 14
            k3s kubectl -n kube-system logs job/helm-install-traefik --tail=5 2>&1
            k3s kubectl -n kube-system get events --field-selector type=Warning --sort-by=.lastTimestamp -o custom-columns=O:.involvedObject.name,M:.message --no-headers 2>/dev/null | tail -n 4
            """;

    private final Execution execution;
    private final String namespace;

    /** @param namespace where the stack's Service {@code gateway} is */
    Traefik(Execution execution, String namespace) {
        this.execution = execution;
        this.namespace = namespace;
    }

    /** The certificate that is served now. */
    ServedCertificate served(Domain domain) {
        return ServedCertificate.of(
                execution.attempt(ServedCertificate.look(domain), SHORT).out());
    }

    /** Settings and routes, when the certificate is there already. */
    void settle(Domain domain) {
        Routes routes = new Routes(domain, namespace);
        put(routes.traefik());
        awaitSettings(routes);
        put(routes.routes(true));
    }

    /**
     * Settings and routes, and a certificate of the domain's authority. Traefik asks for it once, when a route that wants one appears, and not again
     * when the authority says no. So the route is told to want one only when Traefik runs and can be reached: an authority that found nobody at the
     * door has counted a failure.
     */
    void obtain(Domain domain) {
        Routes routes = new Routes(domain, namespace);
        String since = execution
                .run(Command.of("date", "-u", "+%Y-%m-%dT%H:%M:%SZ"), SHORT)
                .out()
                .strip();
        boolean ran = runs(routes);
        if (ran) {
            put(routes.routes(false));
            // It may have been refused before: only a new process forgets.
            execution.run(Command.script(K3S + "k3s kubectl -n kube-system rollout restart deployment/traefik"), SHORT);
        } else {
            execution.attempt(
                    Command.script(K3S + "k3s kubectl -n \"$1\" delete ingressroutes.traefik.io vfaas", namespace),
                    SHORT);
        }
        put(routes.traefik());
        awaitSettings(routes);
        put(routes.routes(true));
        awaitCertificate(domain, since);
    }

    private boolean runs(Routes routes) {
        return execution.attempt(Command.script(RUNS, routes.settings()), SHORT).ok();
    }

    private void put(String objects) {
        execution.run(Command.script(K3S + "k3s kubectl apply -f -"), Secret.of(objects), SHORT);
    }

    private void awaitSettings(Routes routes) {
        execution.progress("waiting for Traefik");
        told(
                () -> execution.await(
                        "Traefik to take its settings",
                        CONTROLLER,
                        () -> Optional.of(true).filter(yes -> runs(routes)),
                        () -> Stream.concat(
                                        lines(Command.script(RUNS, routes.settings())).stream(),
                                        lines(Command.script(CONTROLLERS_WORDS)).stream())
                                .toList()),
                "vfaas doctor " + execution.server().name() + "; then the same command again");
    }

    private void awaitCertificate(Domain domain, String since) {
        String which = (domain.authority().staging() ? "a staging certificate for " : "a certificate for ")
                + domain.name() + " from " + domain.authority().title();
        String next = "80/tcp of " + domain.name() + " must be open to "
                + domain.authority().directory()
                + ", the provider's firewall too, and the name must lead here (vfaas doctor "
                + execution.server().name() + "); then the same command again";
        execution.progress("waiting for " + which);
        told(
                () -> execution.await(
                        which,
                        CERTIFICATE,
                        () -> {
                            if (served(domain).issuedBy(domain.authority())) {
                                return Optional.of(true);
                            }
                            List<String> refusals = lines(Command.script(REFUSALS, since));
                            if (!refusals.isEmpty()) {
                                throw Failure.of(
                                                ExitCode.NOT_AS_ASKED,
                                                execution.server().name() + ": no certificate for " + domain.name()
                                                        + ": "
                                                        + domain.authority().title()
                                                        + " refused. Traefik says:\n  " + String.join("\n  ", refusals))
                                        .next(next);
                            }
                            return Optional.empty();
                        },
                        () -> lines(Command.script(LOG, since))),
                next);
    }

    /** Gives a passed deadline its next command. */
    private static void told(Runnable wait, String next) {
        try {
            wait.run();
        } catch (Failure failure) {
            if (failure.exitCode() != ExitCode.TIMED_OUT) {
                throw failure;
            }
            throw Failure.of(ExitCode.TIMED_OUT, failure.text())
                    .because(failure)
                    .next(next);
        }
    }

    private List<String> lines(Command command) {
        return execution.attempt(command, SHORT).out().lines().toList();
    }
}
