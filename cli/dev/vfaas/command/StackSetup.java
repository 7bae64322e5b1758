package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.context.ServerContext;
import dev.vfaas.image.gateway.GatewayImage;
import dev.vfaas.provision.access.GatewayAccessStep;
import dev.vfaas.provision.engine.Blueprint;
import dev.vfaas.provision.engine.StateText;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.gateway.GatewayWish;
import dev.vfaas.provision.gateway.VfaasStack;
import dev.vfaas.provision.k3s.RegistriesStep;
import dev.vfaas.provision.stack.ServerStack;
import dev.vfaas.provision.stack.StackBlueprint;
import dev.vfaas.provision.stack.StackChoice;
import dev.vfaas.provision.stack.openfaas.Agreement;
import dev.vfaas.provision.stack.openfaas.OpenFaasCatalogue;
import dev.vfaas.provision.stack.openfaas.OpenFaasStack;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What commands set up to serve functions on one server. */
final class StackSetup {
    /** What a server gets when nobody says otherwise. */
    private static final StackChoice DEFAULT = StackChoice.VFAAS;

    private final Session session;
    private final String host;
    private final StackOptions options;
    private final ServerContext context;
    private final GatewayWish wish;
    private final OpenFaasCatalogue openfaas = OpenFaasCatalogue.bundled();
    private final Map<String, GatewayImage> images = new HashMap<>();
    private Agreement agreement = Agreement.NONE;

    private StackSetup(Session session, String host, ServerOptions login, StackOptions options) {
        this.session = session;
        this.host = host;
        this.options = options;
        this.context = login.context(session, host);
        this.wish = options.gateway.wish(session, host);
    }

    /** For {@code up}. */
    static StackSetup of(Session session, String host, ServerUpOptions options) {
        return new StackSetup(session, host, options.login, options.stack);
    }

    /** For commands that look at a server or take things away: the stack it has. */
    static Blueprint present(Session session, String host, ServerOptions login) {
        StackSetup setup = new StackSetup(session, host, login, new StackOptions());
        return facts -> new StackBlueprint(Optional.empty(), setup.stacks(null)).steps(facts);
    }

    /** For commands that bring a server's stack back as it was: the step that keeps the way to its gateway here; none where there is no gateway. */
    static List<Step> access(Session session, String host, ServerOptions login, Facts facts) {
        String namespace = switch (StackBlueprint.of(facts).orElse(StackChoice.NONE)) {
            case VFAAS -> VfaasStack.NAMESPACE;
            case OPENFAAS -> OpenFaasStack.NAMESPACE;
            case NONE -> "";
        };
        return namespace.isEmpty()
                ? List.of()
                : List.of(new GatewayAccessStep(login.context(session, host), namespace, List.of()));
    }

    /** For {@code up}: the stack that was asked for, else the one the server has, else the default. */
    Blueprint blueprint() {
        return facts -> new StackBlueprint(Optional.of(choice(facts)), stacks(this::image)).steps(facts);
    }

    /** All stacks there are. @param images of the gateway; null to take things away only */
    private List<ServerStack> stacks(@Nullable Function<String, GatewayImage> images) {
        return List.of(
                new VfaasStack(context, images, session.version(), host, wish),
                new OpenFaasStack(
                        openfaas,
                        agreement,
                        new GatewayAccessStep(context, OpenFaasStack.NAMESPACE, OpenFaasStack.GATEWAY_STEPS),
                        Clock.systemUTC()));
    }

    private GatewayImage image(String architecture) {
        return images.computeIfAbsent(architecture, new GatewayImages(session)::forMachine);
    }

    /** For K3s's own set-up: where its nodes find the images of the stack's own store, if the stack has one. */
    Optional<RegistriesStep> registries(Facts facts) {
        return choice(facts) == StackChoice.VFAAS ? Optional.of(new RegistriesStep(null)) : Optional.empty();
    }

    /** For K3s's own set-up: the step that brings the gateway's image, where the gateway runs in the cluster. */
    Optional<Step> bringing(Facts facts) {
        if (choice(facts) != StackChoice.VFAAS) {
            return Optional.empty();
        }
        wish.on(new StateText().state(facts.kept().state()), host); // refuses before an image is made for nothing
        return Optional.of(VfaasStack.bringing(image(facts.architecture())));
    }

    /** The stack that was asked for, else the one the server has, else the default. */
    StackChoice choice(Facts facts) {
        return options.stack != null ? options.stack : StackBlueprint.of(facts).orElse(DEFAULT);
    }

    /** Hosts the server must reach for the stack that was asked for. */
    List<String> reach() {
        return options.stack == StackChoice.OPENFAAS ? openfaas.reach() : List.of();
    }

    /**
     * Refuses, before anything is changed, what cannot be set up, and sees to the terms a person must agree to.
     *
     * @param asking false for {@code --dry-run}: nothing is asked then
     * @param who the person, for the record
     */
    void agree(Facts facts, boolean asking, String who) {
        StackChoice choice = choice(facts);
        if (options.gateway.given() && choice != StackChoice.VFAAS) {
            throw Failure.usage(
                    "--gateway-replicas, --gateway-queue and --gateway-access-log are for --stack vfaas, and this is --stack "
                            + choice.label());
        }
        if (choice == StackChoice.OPENFAAS) {
            agreement = new OpenFaasTerms(session, host, options, openfaas.terms()).agree(facts, asking, who);
            return;
        }
        if (options.licenceFile != null || options.acceptOpenFaasEula) {
            throw Failure.usage(
                    "--accept-openfaas-eula and --license-file are for --stack openfaas, and this is --stack "
                            + choice.label());
        }
    }

    /** What to type after the stack is set up; empty when there is no gateway. */
    Optional<String> next(Facts facts) {
        return choice(facts) == StackChoice.NONE
                ? Optional.empty()
                : Optional.of("vfaas list; vfaas new --lang python3 hello");
    }
}
