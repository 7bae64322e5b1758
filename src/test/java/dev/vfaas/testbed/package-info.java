/** Real servers, and a real Kubernetes behind K3s's interface, for the tests of provisioning: scripts/testbed from Java. */
@NullMarked
package dev.vfaas.testbed;

import org.jspecify.annotations.NullMarked;
