/** The name functions have in the world: DNS, routes and certificates. */
@NullMarked
package dev.vfaas.provision.ingress;

import org.jspecify.annotations.NullMarked;
