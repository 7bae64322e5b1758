package dev.vfaas.provision.stack.openfaas;

import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.StateText;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.stack.LoginSecretStep;
import dev.vfaas.provision.stack.ManifestsStep;
import dev.vfaas.provision.stack.ServerStack;
import dev.vfaas.provision.stack.StackChoice;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** OpenFaaS: namespaces, login, licence, chart, and the person's way to its gateway. */
public final class OpenFaasStack implements ServerStack {
    /** Where its own parts run. */
    public static final String NAMESPACE = "openfaas";

    /** Ids of the steps after which its gateway may have another address or login. */
    public static final List<String> GATEWAY_STEPS = List.of("openfaas-login", ChartStep.ID);

    private static final Duration REMOVE = Duration.ofMinutes(9);

    private final OpenFaasCatalogue catalogue;
    private final Agreement agreement;
    private final Step access;
    private final InstantSource clock;

    /** @param access keeps the way to the gateway on the person's machine */
    public OpenFaasStack(OpenFaasCatalogue catalogue, Agreement agreement, Step access, InstantSource clock) {
        this.catalogue = catalogue;
        this.agreement = agreement;
        this.access = access;
        this.clock = clock;
    }

    @Override
    public StackChoice choice() {
        return StackChoice.OPENFAAS;
    }

    @Override
    public List<Step> steps(Facts facts) {
        HostState state = new StateText().state(facts.kept().state());
        Edition edition = agreement.edition(state);
        Profile profile = state.value(TermsStep.PROFILE)
                .map(Profile::of)
                .orElseGet(() -> Profile.of(facts.memory().total()));
        List<Step> steps = new ArrayList<>();
        steps.add(new TermsStep(agreement, edition, profile));
        steps.add(new ManifestsStep(
                "openfaas-namespaces", "making the namespaces openfaas and openfaas-fn", catalogue.namespaces()));
        steps.add(new LoginSecretStep("openfaas-login", NAMESPACE));
        if (edition == Edition.PAID) {
            steps.add(new LicenceStep(agreement.licence()));
        }
        steps.add(new ChartStep(catalogue.chart(profile, edition), catalogue.version(), clock));
        steps.add(access);
        return steps;
    }

    @Override
    public List<String> removes() {
        return List.of(
                "HelmChart kube-system/openfaas and everything Helm made for it",
                "Namespaces openfaas and openfaas-fn with the gateway's login",
                "the kinds (CRDs) of OpenFaaS");
    }

    /** Installing it anew starts no other evaluation (clause 8.2): the day the terms were first accepted counts. */
    @Override
    public List<String> keeps() {
        return List.of(Agreement.TERMS);
    }

    @Override
    public void remove(Execution execution) {
        execution.run(Command.script(ChartScripts.REMOVE), REMOVE);
        access.undo(execution);
        execution.forget(access.id());
    }

    /** The edition of a server that has this stack. */
    public static Optional<String> edition(Facts facts) {
        return new StateText().state(facts.kept().state()).value(Agreement.EDITION);
    }

    /** Whether a server that has this stack has its Community Edition. */
    public static boolean communityEdition(Facts facts) {
        return edition(facts).orElse(Edition.COMMUNITY.label()).equals(Edition.COMMUNITY.label());
    }

    /** Which terms were accepted on a server, when and by whom: {@code 2026-04-01, accepted 2026-11-23 by ann@laptop}. */
    public static Optional<String> terms(Facts facts) {
        return new StateText().state(facts.kept().state()).value(Agreement.TERMS);
    }
}
