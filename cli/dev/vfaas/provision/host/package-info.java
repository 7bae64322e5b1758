/** The preparation of a host: kernel modules and settings. */
@NullMarked
package dev.vfaas.provision.host;

import org.jspecify.annotations.NullMarked;
