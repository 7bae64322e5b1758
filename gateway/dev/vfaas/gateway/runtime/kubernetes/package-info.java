/** Runs functions on Kubernetes: a Deployment and a Service each. */
@NullMarked
package dev.vfaas.gateway.runtime.kubernetes;

import org.jspecify.annotations.NullMarked;
