package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Console;
import dev.vfaas.console.Environment;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.image.Platform;
import dev.vfaas.image.gateway.GatewayImage;
import dev.vfaas.image.gateway.ReleasedImages;
import dev.vfaas.image.oci.Descriptor;
import dev.vfaas.image.oci.MediaTypes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which image of the gateway a server gets. */
class GatewayImagesTest {
    /** The architecture this machine cannot make an image for by itself, in the words of {@code uname -m} and of images. */
    private static final boolean ARM = Platform.ofHost().architecture().equals("arm64");

    private static final String FOREIGN = ARM ? "x86_64" : "aarch64";
    private static final Platform FOREIGN_PLATFORM = ARM ? Platform.LINUX_AMD64 : Platform.LINUX_ARM64;

    @TempDir
    Path home;

    @Test
    void aServerOfEitherArchitectureGetsItsImageOfTheRelease() throws IOException {
        release(Platform.LINUX_AMD64, "a");
        release(Platform.LINUX_ARM64, "b");
        assertThat(images().forMachine("x86_64").reference(GatewayImage.GATEWAY))
                .isEqualTo("vfaas.internal/vfaas/gateway:aaaaaaaaaaaa");
        GatewayImage arm = images().forMachine("aarch64");
        assertThat(arm.platform()).isEqualTo(Platform.LINUX_ARM64);
        assertThat(arm.reference(GatewayImage.GATEWAY)).isEqualTo("vfaas.internal/vfaas/gateway:bbbbbbbbbbbb");
        assertThat(arm.blobs()).allSatisfy(blob -> assertThat(arm.blob(blob)).exists());
    }

    @Test
    void withoutAnImageForTheServerTheNextCommandSaysHowToHaveOne() {
        assertThatThrownBy(() -> images().forMachine(FOREIGN)).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.exitCode()).isEqualTo(ExitCode.PREFLIGHT);
            assertThat(failure.text()).contains(FOREIGN_PLATFORM.toString(), "cannot be made");
            assertThat(failure.next()).contains("scripts/gateway-runtime " + FOREIGN_PLATFORM.architecture());
        });
    }

    @Test
    void aReleaseThatIsNotWholeIsToldBeforeAnythingIsSent() throws IOException {
        release(Platform.LINUX_ARM64, "b");
        Path blob = home.resolve("lib/gateway-image/blobs/sha256/" + "b".repeat(64));
        Files.delete(blob);
        assertThatThrownBy(() -> images().forMachine("aarch64")).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.text()).contains(blob.toString());
            assertThat(failure.next()).contains("unpack");
        });
    }

    @Test
    void aMachineOfThirtyTwoBitsIsRefused() {
        assertThatThrownBy(() -> images().forMachine("armv7l")).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.exitCode()).isEqualTo(ExitCode.PREFLIGHT);
            assertThat(failure.text()).contains("armv7l");
            assertThat(failure.next()).contains("--stack none");
        });
    }

    private GatewayImages images() {
        Environment environment = new Environment(Map.of(), home, home, Environment.Terminal.NONE);
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Session session = new Session(
                new Console(nowhere, nowhere, InputStream.nullInputStream(), environment), environment, "test");
        return new GatewayImages(session, List.of(home.resolve("lib/vfaas.jar")));
    }

    /** Puts an image into the release whose manifests have this digit only as their digests. */
    private void release(Platform platform, String digit) throws IOException {
        Path blobs = Files.createDirectories(home.resolve("made-" + digit));
        String hex = digit.repeat(64);
        Files.writeString(blobs.resolve(hex), "{}");
        Descriptor manifest = new Descriptor(MediaTypes.MANIFEST, "sha256:" + hex, 2);
        new ReleasedImages(home.resolve("lib/gateway-image"))
                .put(new GatewayImage(
                        platform,
                        Map.of(GatewayImage.GATEWAY, manifest, GatewayImage.SMOKE, manifest),
                        List.of(manifest),
                        Map.of(),
                        false,
                        blobs));
    }
}
