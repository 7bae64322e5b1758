/** vfaas's own gateway in a cluster: its image on the node, its objects, its start, and a first call. */
@NullMarked
package dev.vfaas.provision.gateway;

import org.jspecify.annotations.NullMarked;
