package dev.vfaas.provision;

import dev.vfaas.provision.engine.Blueprint;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.firewall.FirewallStep;
import dev.vfaas.provision.firewall.FirewallWish;
import dev.vfaas.provision.host.HostPreparation;
import java.util.ArrayList;
import java.util.List;

/** The steps of {@code vfaas up HOST}, and all steps {@code vfaas down} may have to undo. */
public final class ServerBlueprint implements Blueprint {
    private final FirewallWish firewall;
    private final List<Blueprint> parts;

    /** For commands that only look or take away. @param parts what comes after the server's preparation, in this order */
    public ServerBlueprint(Blueprint... parts) {
        this(FirewallWish.LEAVE, parts);
    }

    /** @param parts what comes after the server's preparation and firewall, in this order */
    public ServerBlueprint(FirewallWish firewall, Blueprint... parts) {
        this.firewall = firewall;
        this.parts = List.of(parts);
    }

    @Override
    public List<Step> steps(Facts facts) {
        List<Step> steps = new ArrayList<>();
        steps.add(new HostPreparation());
        steps.add(new FirewallStep(firewall));
        parts.forEach(part -> steps.addAll(part.steps(facts)));
        return steps;
    }
}
