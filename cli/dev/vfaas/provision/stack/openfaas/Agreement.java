package dev.vfaas.provision.stack.openfaas;

import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.StateText;
import dev.vfaas.provision.facts.Facts;
import java.util.Optional;

/**
 * By what right OpenFaaS is installed.
 *
 * @param accepted who accepted the Community Edition's terms, which version of them and when; empty when nobody did in this run
 * @param licence the licence of the paid edition; empty when none was given in this run
 */
public record Agreement(Optional<String> accepted, Optional<Secret> licence) {
    /** Nothing new. */
    public static final Agreement NONE = new Agreement(Optional.empty(), Optional.empty());

    /** Where the server's state keeps the acceptance: {@code 2026-04-01, accepted 2026-11-23 by ann@laptop}. */
    static final String TERMS = "openfaas.eula";
    /** Where the server's state keeps the {@link Edition}. */
    static final String EDITION = "openfaas.edition";

    /** Terms of {@code version} accepted on {@code date} by {@code who}. */
    public static Agreement accepted(String version, String date, String who) {
        return new Agreement(Optional.of(version + ", accepted " + date + " by " + who), Optional.empty());
    }

    /** The paid edition under {@code licence}. */
    public static Agreement paid(Secret licence) {
        return new Agreement(Optional.empty(), Optional.of(licence));
    }

    /** Whether a server needs a person's word before the Community Edition with terms of {@code version} is set up there. */
    public static boolean needed(Facts facts, String version) {
        HostState state = new StateText().state(facts.kept().state());
        boolean known = state.value(TERMS).orElse("").startsWith(version + ",");
        return !known && !state.value(EDITION).orElse("").equals(Edition.PAID.label());
    }

    /** The edition of a server with {@code state}, once this agreement holds. */
    Edition edition(HostState state) {
        boolean paid = licence.isPresent()
                || accepted.isEmpty() && state.value(EDITION).orElse("").equals(Edition.PAID.label());
        return paid ? Edition.PAID : Edition.COMMUNITY;
    }
}
