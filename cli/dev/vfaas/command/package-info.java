/** One small class a command: options, one call into a room below, one render. */
@NullMarked
package dev.vfaas.command;

import org.jspecify.annotations.NullMarked;
