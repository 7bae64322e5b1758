/** The image store: OCI distribution API, blobs, garbage collection. */
@NullMarked
package dev.vfaas.gateway.image;

import org.jspecify.annotations.NullMarked;
