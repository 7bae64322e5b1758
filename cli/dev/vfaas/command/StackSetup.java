package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Blueprint;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.stack.ServerStack;
import dev.vfaas.provision.stack.StackBlueprint;
import dev.vfaas.provision.stack.StackChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What commands set up to serve functions on one server. */
final class StackSetup {
    /** What a server gets when nobody says otherwise. */
    private static final StackChoice DEFAULT = StackChoice.VFAAS;

    private final Session session;
    private final String host;
    private final StackOptions options;

    StackSetup(Session session, String host, StackOptions options) {
        this.session = session;
        this.host = host;
        this.options = options;
    }

    /** For commands that look at a server or take things away: the stack it has. */
    static Blueprint present(Session session, String host) {
        StackSetup setup = new StackSetup(session, host, new StackOptions());
        return facts -> new StackBlueprint(Optional.empty(), setup.stacks()).steps(facts);
    }

    /** For {@code up}: the stack that was asked for, else the one the server has, else the default. */
    Blueprint blueprint() {
        return facts -> new StackBlueprint(Optional.of(choice(facts)), stacks()).steps(facts);
    }

    /** All stacks there are. */
    private List<ServerStack> stacks() {
        return new ArrayList<>();
    }

    private StackChoice choice(Facts facts) {
        return options.stack != null ? options.stack : StackBlueprint.of(facts).orElse(DEFAULT);
    }

    /** Refuses, before anything is changed, what cannot be set up. */
    void agree(Facts facts) {
        StackChoice choice = choice(facts);
        if (choice != StackChoice.NONE && stacks().stream().noneMatch(stack -> stack.choice() == choice)) {
            throw Failure.usage("--stack " + choice.label() + (options.stack == null ? " (the default)" : "")
                            + ": this version cannot yet set up a gateway on a server; nothing was changed on " + host)
                    .next("vfaas up " + host
                            + " --stack none, for a cluster without; or vfaas up, for the gateway of this machine");
        }
    }
}
