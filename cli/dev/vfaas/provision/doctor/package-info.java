/** Checks of what is set up: this machine, a server, its cluster. */
@NullMarked
package dev.vfaas.provision.doctor;

import org.jspecify.annotations.NullMarked;
