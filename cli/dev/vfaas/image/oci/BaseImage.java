package dev.vfaas.image.oci;

import dev.vfaas.image.ImageReference;
import java.util.List;

/**
 * An image to build on, resolved for one platform.
 *
 * @param reference as the template or the command line names it
 * @param digest of its manifest for the platform
 * @param config its configuration document, JSON
 * @param layers lowest first, with OCI media types
 */
public record BaseImage(ImageReference reference, String digest, byte[] config, List<Descriptor> layers) {}
