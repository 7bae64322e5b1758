/** What a place that runs functions must do. */
@NullMarked
package dev.vfaas.gateway.runtime;

import org.jspecify.annotations.NullMarked;
