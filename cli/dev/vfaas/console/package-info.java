/** The only place that writes to a terminal: results, tables, progress, prompts, output formats, failures. */
@NullMarked
package dev.vfaas.console;

import org.jspecify.annotations.NullMarked;
