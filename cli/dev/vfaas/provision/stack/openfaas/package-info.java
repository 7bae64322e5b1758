/** OpenFaaS as the stack of a server: its official chart through K3s's Helm controller, its licence terms, its login. */
@NullMarked
package dev.vfaas.provision.stack.openfaas;

import org.jspecify.annotations.NullMarked;
