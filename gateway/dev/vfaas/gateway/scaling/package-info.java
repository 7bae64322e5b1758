/** Autoscaler and activator. */
@NullMarked
package dev.vfaas.gateway.scaling;

import org.jspecify.annotations.NullMarked;
