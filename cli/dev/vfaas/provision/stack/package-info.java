/** What serves functions on a server: the choice, its objects in the cluster, the way to it. */
@NullMarked
package dev.vfaas.provision.stack;

import org.jspecify.annotations.NullMarked;
