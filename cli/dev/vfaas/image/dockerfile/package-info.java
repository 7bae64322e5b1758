/** Images by Dockerfile: whichever of docker, podman and buildah works builds them, their archive is taken in. */
@NullMarked
package dev.vfaas.image.dockerfile;

import org.jspecify.annotations.NullMarked;
