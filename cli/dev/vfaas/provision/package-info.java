/** From a bare server to a cluster: facts, preflight, the engine of steps, journal, lock. */
@NullMarked
package dev.vfaas.provision;

import org.jspecify.annotations.NullMarked;
