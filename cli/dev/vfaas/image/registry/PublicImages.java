package dev.vfaas.image.registry;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.image.ImageReference;
import java.util.Map;
import java.util.Optional;

/** Whether an image can be had by everybody: its registry is asked without a login. */
public final class PublicImages {
    private final Registries registries;

    /** @param registries without logins, so that they ask as nobody in particular */
    private PublicImages(Registries registries) {
        this.registries = registries;
    }

    /**
     * Asks as nobody.
     *
     * @param nowhere a folder that does not exist, so that no login is found in it
     * @param insecure plain http with every registry
     */
    public static PublicImages asNobody(java.nio.file.Path nowhere, boolean insecure) {
        return new PublicImages(
                new Registries(new CredentialFiles(Map.of(), nowhere), null, null, null, insecure, Trust.USUAL));
    }

    /** What the registry said. */
    public sealed interface Answer {
        /** Everybody can have it. */
        record Public() implements Answer {}

        /** Not everybody, or nobody. @param why for a person */
        record Closed(String why) implements Answer {}

        /** The registry could not be asked from here. @param why for a person */
        record Unknown(String why) implements Answer {}
    }

    /** Asks the image's registry; names without a host are Docker Hub's. */
    public Answer ask(ImageReference image) throws InterruptedException {
        Registries.Location location = registries.base(image);
        try {
            Optional<String> digest = location.client().manifestDigest(location.repository(), image.selector());
            return digest.isPresent()
                    ? new Answer.Public()
                    : new Answer.Closed("there is no such public image in "
                            + location.client().registry().name());
        } catch (Failure e) {
            return e.exitCode() == ExitCode.AUTHENTICATION
                    ? new Answer.Closed(location.client().registry().name() + " wants a login for it")
                    : new Answer.Unknown(Failure.headline(e.text()));
        }
    }
}
