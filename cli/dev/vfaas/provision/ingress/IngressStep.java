package dev.vfaas.provision.ingress;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Leads a domain to the stack's gateway through K3s's Traefik, with a certificate: first one of the authority's staging service, whose limits are
 * wide, and only when that came one that browsers trust. Without a domain it takes the routes away.
 */
public final class IngressStep implements Step {
    /** The journal and the state know it by this. */
    public static final String ID = "ingress";

    private static final Duration SHORT = Duration.ofSeconds(60);
    private static final Duration CERTIFICATE = Duration.ofMinutes(4);
    private static final Duration CONTROLLER = Duration.ofMinutes(5);
    private static final String K3S = "export LC_ALL=C PATH=\"$PATH:/usr/local/bin\"; ";
    private static final String TRAEFIK = "ingress.traefik";
    private static final String ROUTES = "ingress.routes";
    private static final String SERVED = "ingress.certificate";

    /** Who issued the certificate that the host itself serves for the domain, and until when it holds. */
    private static final String CERTIFICATE_OF = K3S + """
            timeout 8 openssl s_client -connect 127.0.0.1:443 -servername "$1" </dev/null 2>/dev/null | openssl x509 -noout -issuer -enddate 2>/dev/null | tr '\\n' ' '
            """;

    private static final String REMOVE = K3S + """
            k3s kubectl get namespaces >/dev/null || exit 1
            for kind in ingressroutes.traefik.io middlewares.traefik.io tlsoptions.traefik.io; do
              if k3s kubectl get crd $kind >/dev/null 2>&1; then
                k3s kubectl get $kind -A -l app.kubernetes.io/managed-by=vfaas -o 'jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name}{"\\n"}{end}' | while read -r namespace name; do
                  k3s kubectl delete --timeout=30s $kind -n "$namespace" "$name" || exit 1
                done || exit 1
              fi
            done
            k3s kubectl delete --ignore-not-found --timeout=30s -n kube-system helmchartconfigs.helm.cattle.io -l app.kubernetes.io/managed-by=vfaas
            """;

    private final Optional<Domain> domain;
    private final String namespace;

    private IngressStep(Optional<Domain> domain, String namespace) {
        this.domain = domain;
        this.namespace = namespace;
    }

    /** The domain of a gateway. @param namespace where its Service {@code gateway} is */
    public static IngressStep of(Domain domain, String namespace) {
        return new IngressStep(Optional.of(domain), namespace);
    }

    /** No domain: what there was goes. */
    public static IngressStep none() {
        return new IngressStep(Optional.empty(), "");
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Phase phase() {
        return Phase.INGRESS;
    }

    @Override
    public String title() {
        return domain.map(wanted -> "leading " + wanted.name() + " to the gateway")
                .orElse("taking the domain's routes away");
    }

    @Override
    public List<Question> questions() {
        List<Question> questions = new ArrayList<>();
        domain.ifPresent(wanted -> {
            questions.add(new Question.OfScript(TRAEFIK, differs(new Routes(wanted, namespace, true).traefik())));
            questions.add(new Question.OfScript(ROUTES, differs(routes(wanted, !wanted.staging()))));
            questions.add(new Question.OfScript(SERVED, "set -- " + wanted.name() + "\n" + CERTIFICATE_OF));
        });
        return questions;
    }

    private String routes(Domain wanted, boolean production) {
        return new Routes(wanted, namespace, production).routes();
    }

    private static String differs(String objects) {
        return K3S + "k3s kubectl diff -f - <<'vfaas-end'\n" + objects + "vfaas-end\n";
    }

    @Override
    public List<Change> plan(Planning planning) {
        Optional<Domain> kept = Domain.kept(planning.state());
        if (domain.isEmpty()) {
            return kept.isPresent()
                    ? List.of(new Change.OfAction(
                            "take the routes of " + kept.get().name() + " and Traefik's settings away"))
                    : List.of();
        }
        Domain wanted = domain.get();
        List<Change> changes = new ArrayList<>();
        if (planning.observed().answer(TRAEFIK).exitCode() != 0) {
            changes.add(new Change.OfManifest(
                    "HelmChartConfig", "kube-system", "traefik", null, new Routes(wanted, namespace, true).traefik()));
        }
        if (planning.observed().answer(ROUTES).exitCode() != 0) {
            changes.add(
                    new Change.OfManifest("IngressRoute", namespace, "vfaas", null, routes(wanted, !wanted.staging())));
        }
        Certificate served = Certificate.of(planning.observed().answer(SERVED).output());
        if (!served.issued(!wanted.staging())) {
            changes.add(new Change.OfAction("get a certificate for " + wanted.name()
                    + (wanted.staging()
                            ? " from the staging service"
                            : ": first from the staging service, then one that is trusted")));
        }
        if (changes.isEmpty() && !kept.equals(domain)) {
            changes.add(new Change.OfAction("remember the domain " + wanted.name()));
        }
        return changes;
    }

    /**
     * The certificate a host serves.
     *
     * @param issuer as openssl prints it; empty when there is none
     */
    record Certificate(String issuer) {
        static Certificate of(String output) {
            return new Certificate(output.replaceAll("notAfter=.*", "").strip());
        }

        /** Whether an authority issued it: Traefik serves one of its own until then. */
        boolean issued(boolean production) {
            boolean own = issuer.isEmpty() || issuer.contains("TRAEFIK DEFAULT CERT");
            return !own && (!production || !issuer.contains("STAGING"));
        }
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        if (domain.isEmpty()) {
            execution.run(Command.script(REMOVE), SHORT);
            for (String key : List.of(Domain.NAME, Domain.EMAIL, Domain.STAGING, Domain.API)) {
                if (execution.state().value(key).isPresent()) {
                    execution.remember(key, "");
                }
            }
            return;
        }
        Domain wanted = domain.get();
        // Remembered first: a run that is cut off from here on is finished by the next one.
        Map<String, String> values = new LinkedHashMap<>();
        values.put(Domain.NAME, wanted.name());
        values.put(Domain.EMAIL, wanted.email());
        values.put(Domain.STAGING, String.valueOf(wanted.staging()));
        values.put(Domain.API, String.valueOf(wanted.api()));
        values.forEach(execution::remember);
        put(execution, new Routes(wanted, namespace, true).traefik());
        awaitController(execution);
        Certificate served = served(execution, wanted);
        if (wanted.staging() || !served.issued(true)) {
            put(execution, routes(wanted, false));
            awaitCertificate(execution, wanted, false);
        }
        if (!wanted.staging()) {
            put(execution, routes(wanted, true));
            awaitCertificate(execution, wanted, true);
        }
    }

    private static void put(Execution execution, String objects) {
        execution.run(Command.script(K3S + "k3s kubectl apply -f -"), Secret.of(objects), SHORT);
    }

    private static void awaitController(Execution execution) {
        execution.progress("waiting for Traefik");
        execution.await(
                "Traefik to take its settings and routes",
                CONTROLLER,
                () -> execution
                                .attempt(
                                        Command.script(
                                                K3S
                                                        + "k3s kubectl get crd ingressroutes.traefik.io middlewares.traefik.io tlsoptions.traefik.io >/dev/null && "
                                                        + "k3s kubectl -n kube-system rollout status deployment/traefik --timeout=20s >/dev/null && "
                                                        + "k3s kubectl -n kube-system get deployment traefik -o jsonpath='{.spec.template.spec.containers[0].args}' | grep -q certificatesresolvers.vfaas.acme"),
                                        SHORT)
                                .ok()
                        ? Optional.of(true)
                        : Optional.empty(),
                () -> lines(
                        execution,
                        "k3s kubectl -n kube-system get helmchartconfig,pods 2>&1 | tail -n 12; k3s kubectl -n kube-system logs job/helm-install-traefik --tail=5 2>&1"));
    }

    private static Certificate served(Execution execution, Domain wanted) {
        return Certificate.of(execution
                .attempt(Command.script(CERTIFICATE_OF, wanted.name()), SHORT)
                .out());
    }

    private static void awaitCertificate(Execution execution, Domain wanted, boolean production) {
        String which = production ? "a trusted certificate" : "a staging certificate";
        execution.progress("waiting for " + which + " for " + wanted.name());
        try {
            execution.await(
                    which + " for " + wanted.name(),
                    CERTIFICATE,
                    () -> Optional.of(served(execution, wanted)).filter(found -> found.issued(production)),
                    () -> lines(
                            execution,
                            "k3s kubectl -n kube-system logs deployment/traefik --tail=200 2>&1 | grep -i -e acme -e certificate | tail -n 6"));
        } catch (Failure failure) {
            if (failure.exitCode() != ExitCode.TIMED_OUT) {
                throw failure;
            }
            throw Failure.of(ExitCode.TIMED_OUT, failure.text())
                    .because(failure)
                    .next(
                            "vfaas doctor " + execution.server().name()
                                    + ": 80/tcp must be open to the world (the provider's firewall too); then the same command again");
        }
    }

    private static List<String> lines(Execution execution, String script) {
        return execution
                .attempt(Command.script(K3S + script), SHORT)
                .out()
                .lines()
                .toList();
    }

    @Override
    public void verify(Execution execution) {
        // Waiting for the certificate was the verification.
    }

    @Override
    public List<String> undoes(HostState state) {
        return Domain.kept(state)
                .map(kept -> List.of("the routes of " + kept.name() + ", with the cluster"))
                .orElse(List.of());
    }
}
