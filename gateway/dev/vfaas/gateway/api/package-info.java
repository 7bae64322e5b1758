/** The management API under /system. */
@NullMarked
package dev.vfaas.gateway.api;

import org.jspecify.annotations.NullMarked;
