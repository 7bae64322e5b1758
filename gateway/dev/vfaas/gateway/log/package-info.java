/** The gateway's own log lines. */
@NullMarked
package dev.vfaas.gateway.log;

import org.jspecify.annotations.NullMarked;
