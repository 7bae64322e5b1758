package dev.vfaas.image.sbom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.image.FunctionResult;
import dev.vfaas.image.ImagePlan;
import dev.vfaas.image.ImageReference;
import dev.vfaas.image.LayerPlan;
import dev.vfaas.image.Platform;
import dev.vfaas.image.toolchain.Component;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CycloneDxTest {
    @Test
    void isThisDocument() throws IOException {
        ImagePlan plan = new ImagePlan(
                "resize",
                Platform.LINUX_AMD64,
                ImageReference.parse("python:3.12-slim"),
                "sha256:" + "b".repeat(64),
                List.of(new LayerPlan("template", "c".repeat(64), new LayerPlan.Files(List.of()))),
                Map.of(),
                List.of("python3"),
                "1000",
                Map.of("dev.vfaas.template", "python3"),
                Map.of());
        List<Component> components = List.of(
                new Component("requests", "2.32.0", "pkg:pypi/requests@2.32.0", "Apache-2.0"),
                new Component("pillow", "11.0.0", "pkg:pypi/pillow@11.0.0", null));
        FunctionResult.Built built = new FunctionResult.Built(
                "resize",
                ImageReference.parse("ghcr.io/me/resize:1"),
                "sha256:" + "a".repeat(64),
                List.of(new FunctionResult.PlatformImage(
                        Platform.LINUX_AMD64, "sha256:" + "a".repeat(64), 1, false, plan, components)),
                false,
                true,
                Duration.ZERO);
        String golden = Files.readString(
                Path.of(System.getProperty("vfaas.basedir", "."), "src/test/resources/image/sbom.cdx.json"));
        assertThat(new CycloneDx("1.2.3").of(List.of(built))).isEqualTo(golden);
    }
}
