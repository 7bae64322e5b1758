package dev.vfaas.image.toolchain;

import org.jspecify.annotations.Nullable;

/**
 * A package that went into an image, for the SBOM.
 *
 * @param purl package URL, for example {@code pkg:pypi/pillow@11.0.0}
 * @param license SPDX expression or the package's own words, if it says
 */
public record Component(
        String name, String version, String purl, @Nullable String license) {}
