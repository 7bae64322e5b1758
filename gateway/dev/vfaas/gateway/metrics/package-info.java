/** Prometheus metrics under OpenFaaS's names. */
@NullMarked
package dev.vfaas.gateway.metrics;

import org.jspecify.annotations.NullMarked;
