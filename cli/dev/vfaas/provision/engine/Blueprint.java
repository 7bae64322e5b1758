package dev.vfaas.provision.engine;

import dev.vfaas.provision.facts.Facts;
import java.util.List;

/** The steps that make a server what was asked, in their order. */
@FunctionalInterface
public interface Blueprint {
    List<Step> steps(Facts facts);
}
