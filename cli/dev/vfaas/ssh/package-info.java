/** A connection to a server: authentication, host keys, commands as values, uploads, forwards. */
@NullMarked
package dev.vfaas.ssh;

import org.jspecify.annotations.NullMarked;
