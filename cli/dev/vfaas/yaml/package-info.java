/** YAML with positions: files that people write, read so that every error shows its line. Uses nothing of ours but the failure type. */
@NullMarked
package dev.vfaas.yaml;

import org.jspecify.annotations.NullMarked;
