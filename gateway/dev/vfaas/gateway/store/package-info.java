/** Durable state of the embedded gateway. */
@NullMarked
package dev.vfaas.gateway.store;

import org.jspecify.annotations.NullMarked;
