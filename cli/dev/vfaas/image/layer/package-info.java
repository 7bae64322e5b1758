/** Which files a layer holds, and layers as archives. */
@NullMarked
package dev.vfaas.image.layer;

import org.jspecify.annotations.NullMarked;
