/**
 * The autoscaler. What holds a call until a replica is ready is {@link dev.vfaas.gateway.runtime.LiveFunction#activate}, shared by all callers of a
 * function.
 */
@NullMarked
package dev.vfaas.gateway.scaling;

import org.jspecify.annotations.NullMarked;
