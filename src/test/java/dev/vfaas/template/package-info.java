/** Templates: scaffolding, and the contract that the servers of all languages keep. */
@NullMarked
package dev.vfaas.template;

import org.jspecify.annotations.NullMarked;
