/** The gateway's own image: vfaas's gateway on a Java runtime of its own, from scratch, without a base image. */
@NullMarked
package dev.vfaas.image.gateway;

import org.jspecify.annotations.NullMarked;
