/** A request as the gateway's blocking handlers see it. */
@NullMarked
package dev.vfaas.gateway.http;

import org.jspecify.annotations.NullMarked;
