/** From a recipe and a handler folder to an image: layers, registries, SBOM. */
@NullMarked
package dev.vfaas.image;

import org.jspecify.annotations.NullMarked;
