/** The installed command as a person runs it, against real parts. */
@NullMarked
package dev.vfaas.installed;

import org.jspecify.annotations.NullMarked;
