/** Functions as processes of this machine. */
@NullMarked
package dev.vfaas.gateway.runtime.process;

import org.jspecify.annotations.NullMarked;
