/** How each language turns its dependency files and sources into files of an image. */
@NullMarked
package dev.vfaas.image.toolchain;

import org.jspecify.annotations.NullMarked;
