package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.image.StoredImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** How a process is started from the unpacked layers of one kind of image. */
interface ImageRunner {
    /**
     * A start.
     *
     * @param command the program's real path and its arguments
     * @param directory where the process begins
     * @param environment what comes from the machine, below what the image and the deployment set
     * @param temporary the replica's private folder, as the process sees it
     * @param secrets the folder of its secrets, as the process sees it
     */
    record Start(
            List<String> command, Path directory, Map<String, String> environment, String temporary, String secrets) {}

    /**
     * Tells how to start a replica.
     *
     * @param root where the layers are unpacked
     * @param temporary the replica's private folder
     * @param secrets the folder of its secrets
     * @throws dev.vfaas.gateway.runtime.RuntimeFailure INVALID when this machine cannot run the image
     */
    Start start(StoredImage image, Path root, Path temporary, Path secrets);

    /** Chooses by the image's label: without a base, or a whole Linux file system. */
    static ImageRunner either(ImageRunner host, ImageRunner linux) {
        return (image, root, temporary, secrets) ->
                (HostImage.is(image) ? host : linux).start(image, root, temporary, secrets);
    }
}
