/** Wiring and lifecycle of the gateway. */
@NullMarked
package dev.vfaas.gateway;

import org.jspecify.annotations.NullMarked;
