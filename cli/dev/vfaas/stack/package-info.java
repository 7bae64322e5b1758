/** stack.yml: model, parsing with positions, substitution, validation, filters, edits. */
@NullMarked
package dev.vfaas.stack;

import org.jspecify.annotations.NullMarked;
