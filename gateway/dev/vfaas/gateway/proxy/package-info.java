/** The invocation path: /function/NAME to a replica and back. */
@NullMarked
package dev.vfaas.gateway.proxy;

import org.jspecify.annotations.NullMarked;
