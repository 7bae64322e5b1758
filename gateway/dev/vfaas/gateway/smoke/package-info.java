/** The function a set-up deploys, calls once and removes, to see that a function serves. */
@NullMarked
package dev.vfaas.gateway.smoke;

import org.jspecify.annotations.NullMarked;
