/** K3s on a server: which release, its configuration, binary, service and readiness, and the kubeconfig of the person who set it up. */
@NullMarked
package dev.vfaas.provision.k3s;

import org.jspecify.annotations.NullMarked;
