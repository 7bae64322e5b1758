/** What went into an image, as CycloneDX. */
@NullMarked
package dev.vfaas.image.sbom;

import org.jspecify.annotations.NullMarked;
