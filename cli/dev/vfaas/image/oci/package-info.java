/** Documents of the OCI image specification: manifests, configurations, indexes, layouts. */
@NullMarked
package dev.vfaas.image.oci;

import org.jspecify.annotations.NullMarked;
