package dev.vfaas.provision.gateway;

import dev.vfaas.image.gateway.GatewayImage;
import java.util.List;

/**
 * The image a node shall have, as far as it must be known to tell whether the node has it.
 *
 * @param index of its image layout, see {@link GatewayImage#index}
 * @param references the names containerd shall know
 * @param source where it comes from, for the plan
 * @param supply asked only when something must be sent
 */
record WantedImage(String index, List<String> references, String source, Supply supply) {
    /** Where the image's blobs are had. */
    interface Supply {
        /** The image with all its blobs. */
        GatewayImage take();

        /** Called once they have been read. */
        default void giveBack(GatewayImage image) {}
    }

    WantedImage {
        references = List.copyOf(references);
    }

    /** An image that this machine has. */
    static WantedImage of(GatewayImage image) {
        return new WantedImage(
                image.index(),
                List.of(image.reference(GatewayImage.GATEWAY), image.reference(GatewayImage.SMOKE)),
                "this machine: " + image.reference(GatewayImage.GATEWAY) + ", " + (image.size() >> 20)
                        + " MiB, of which only layers are sent that are not there",
                () -> image);
    }
}
