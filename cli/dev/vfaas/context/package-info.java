/** Where commands go: contexts, credentials, gateway resolution, files on disk. */
@NullMarked
package dev.vfaas.context;

import org.jspecify.annotations.NullMarked;
