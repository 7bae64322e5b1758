package dev.vfaas.provision;

import dev.vfaas.provision.engine.Blueprint;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.host.HostPreparation;
import java.util.ArrayList;
import java.util.List;

/** The steps of {@code vfaas up HOST}, and all steps {@code vfaas down} may have to undo. */
public final class ServerBlueprint implements Blueprint {
    private final List<Blueprint> parts;

    /** @param parts what comes after the server's preparation, in this order */
    public ServerBlueprint(Blueprint... parts) {
        this.parts = List.of(parts);
    }

    @Override
    public List<Step> steps(Facts facts) {
        List<Step> steps = new ArrayList<>();
        steps.add(new HostPreparation());
        parts.forEach(part -> steps.addAll(part.steps(facts)));
        return steps;
    }
}
