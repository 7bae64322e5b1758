/** Function templates and scaffolding. */
@NullMarked
package dev.vfaas.template;

import org.jspecify.annotations.NullMarked;
