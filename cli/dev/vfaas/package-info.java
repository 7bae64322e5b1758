/** The vfaas command: entry, exit codes and wiring. */
@NullMarked
package dev.vfaas;

import org.jspecify.annotations.NullMarked;
