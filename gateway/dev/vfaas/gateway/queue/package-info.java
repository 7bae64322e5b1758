/** Asynchronous calls. */
@NullMarked
package dev.vfaas.gateway.queue;

import org.jspecify.annotations.NullMarked;
