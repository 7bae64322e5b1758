/** How the person's own machine reaches what was set up on a server. */
@NullMarked
package dev.vfaas.provision.access;

import org.jspecify.annotations.NullMarked;
