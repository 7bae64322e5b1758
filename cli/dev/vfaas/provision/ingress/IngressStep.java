package dev.vfaas.provision.ingress;

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
import java.util.List;
import java.util.Optional;

/**
 * Leads a domain to the stack's gateway through K3s's Traefik, with a certificate: first one of the authority's staging service, whose limits are
 * wide, and only when that came one that browsers trust. Without a domain it takes the routes away.
 */
public final class IngressStep implements Step {
    /** The journal and the state know it by this. */
    public static final String ID = "ingress";

    private static final Duration SHORT = Duration.ofSeconds(90);
    private static final String TRAEFIK = "ingress.traefik";
    private static final String ROUTES = "ingress.routes";
    private static final String SERVED = "ingress.certificate";

    /** K3s's Helm controller takes Traefik away when K3s is told to be without; the chart leaves the volume with account and certificates. Its kinds may go meanwhile, and what is of them with them. */
    private static final String REMOVE = Traefik.K3S + """
            k3s kubectl get namespaces >/dev/null || exit 1
            for kind in ingressroutes.traefik.io middlewares.traefik.io tlsoptions.traefik.io; do
              i=0
              while k3s kubectl get crd $kind >/dev/null 2>&1; do
                i=$((i + 1))
                [ "$i" -le 30 ] || exit 1
                if there=$(k3s kubectl get $kind -A -l app.kubernetes.io/managed-by=vfaas -o 'jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name}{"\\n"}{end}'); then
                  [ -n "$there" ] || break
                  echo "$there" | while read -r namespace name; do
                    k3s kubectl delete --ignore-not-found --timeout=30s $kind -n "$namespace" "$name" || exit 1
                  done && break
                fi
                sleep 1
              done
            done
            k3s kubectl delete --ignore-not-found --timeout=30s -n kube-system helmchartconfigs.helm.cattle.io,configmaps -l app.kubernetes.io/managed-by=vfaas || exit 1
            k3s kubectl delete --ignore-not-found --wait=false -n kube-system persistentvolumeclaim traefik
            """;

    /** What another authority needed, when this one does not. */
    private static final String TIDY = Traefik.K3S
            + "k3s kubectl delete --ignore-not-found --timeout=30s -n kube-system configmap vfaas-acme vfaas-acme-roots";

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
            Routes routes = new Routes(wanted, namespace);
            questions.add(new Question.OfScript(TRAEFIK, differs(routes.traefik())));
            questions.add(new Question.OfScript(ROUTES, differs(routes.routes(true))));
            questions.add(new Question.OfScript(
                    SERVED, Traefik.K3S + "\nset -- " + wanted.name() + "\n" + ServedCertificate.LOOK));
        });
        return questions;
    }

    private static String differs(String objects) {
        return Traefik.K3S + "k3s kubectl diff -f - <<'vfaas-end'\n" + objects + "vfaas-end\n";
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
        Routes routes = new Routes(wanted, namespace);
        List<Change> changes = new ArrayList<>();
        if (planning.observed().answer(TRAEFIK).exitCode() != 0) {
            changes.add(new Change.OfManifest("HelmChartConfig", "kube-system", "traefik", null, routes.traefik()));
        }
        if (planning.observed().answer(ROUTES).exitCode() != 0) {
            changes.add(new Change.OfManifest("IngressRoute", namespace, "vfaas", null, routes.routes(true)));
        }
        if (!ServedCertificate.of(planning.observed().answer(SERVED).output()).issuedBy(wanted.authority())) {
            changes.add(new Change.OfAction("get a certificate for " + wanted.name()
                    + (trial(wanted).isPresent()
                            ? ": first from the staging service, then one that is trusted"
                            : " from " + wanted.authority().title())));
        }
        if (changes.isEmpty() && !kept.equals(domain)) {
            changes.add(new Change.OfAction("remember the domain " + wanted.name()));
        }
        return changes;
    }

    /** The staging service that is tried before an authority whose limits are narrow. */
    private static Optional<Domain> trial(Domain wanted) {
        return wanted.authority().equals(new Authority.LetsEncrypt(false))
                ? Optional.of(wanted.with(new Authority.LetsEncrypt(true)))
                : Optional.empty();
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        if (domain.isEmpty()) {
            execution.run(Command.script(REMOVE), SHORT);
            Domain.KEYS.forEach(execution::forgetValue);
            return;
        }
        Domain wanted = domain.get();
        Optional<Domain> before = Domain.kept(execution.state());
        // Remembered first: a run that is cut off from here on is finished by the next one.
        wanted.values().forEach((key, value) -> {
            if (value.isEmpty()) {
                execution.forgetValue(key);
            } else {
                execution.remember(key, value);
            }
        });
        Traefik traefik = new Traefik(execution, namespace);
        boolean same = before.map(Domain::authority).equals(Optional.of(wanted.authority()));
        if (same && traefik.served(wanted).issuedBy(wanted.authority())) {
            traefik.settle(wanted);
        } else {
            trial(wanted).ifPresent(traefik::obtain);
            traefik.obtain(wanted);
        }
        if (wanted.authority().roots().isEmpty()) {
            execution.run(Command.script(TIDY), SHORT);
        }
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
