/** Registries: the OCI distribution API, credentials, base images, pushes. */
@NullMarked
package dev.vfaas.image.registry;

import org.jspecify.annotations.NullMarked;
