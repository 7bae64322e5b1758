/** What builds keep between runs: blobs by digest, results by the content of what went in; bounded, safe for several builds at once. */
@NullMarked
package dev.vfaas.image.cache;

import org.jspecify.annotations.NullMarked;
