package dev.vfaas.provision.stack.openfaas;

import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Step;
import java.util.ArrayList;
import java.util.List;

/** Keeps in the server's state and audit log by what right OpenFaaS is installed, and for how much memory. */
final class TermsStep implements Step {
    static final String ID = "openfaas-terms";
    /** Where the state keeps the {@link Profile}. */
    static final String PROFILE = "openfaas.profile";

    private final Agreement agreement;
    private final Edition edition;
    private final Profile profile;

    TermsStep(Agreement agreement, Edition edition, Profile profile) {
        this.agreement = agreement;
        this.edition = edition;
        this.profile = profile;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Phase phase() {
        return Phase.STACK;
    }

    @Override
    public String title() {
        return "recording the terms of OpenFaaS";
    }

    @Override
    public List<Change> plan(Planning planning) {
        List<Change> changes = new ArrayList<>();
        if (!planning.state().value(Agreement.EDITION).orElse("").equals(edition.label())) {
            changes.add(new Change.OfAction("keep in mind that this is OpenFaaS's " + edition.label() + " edition"));
        }
        agreement
                .accepted()
                .ifPresent(text -> changes.add(
                        new Change.OfAction("record the acceptance of the Community Edition's terms of " + text)));
        return changes;
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        execution.remember(Agreement.EDITION, edition.label());
        execution.remember(PROFILE, profile.label());
        agreement.accepted().ifPresent(text -> {
            execution.remember(Agreement.TERMS, text);
            execution.note(Agreement.TERMS, text);
        });
    }

    @Override
    public void verify(Execution execution) {
        // It is written with the state at the end of the run, or when it fails.
    }
}
