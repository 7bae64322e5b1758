/** Everything that makes a server's cluster what it is, as one file, and a server made from such a file. */
@NullMarked
package dev.vfaas.provision.backup;

import org.jspecify.annotations.NullMarked;
