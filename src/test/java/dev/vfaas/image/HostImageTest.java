package dev.vfaas.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.support.DockerRegistry;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images for the embedded runtime, pushed to a store that wants a login. */
class HostImageTest {
    private static final Platform HOST = new Platform("linux", "amd64", true);

    @TempDir
    Path folder;

    @Test
    void isPushedWithItsLabelAndLayersButNoBase() throws Exception {
        try (DockerRegistry registry = DockerRegistry.withLogin(folder, "admin", "secret")) {
            Workshop workshop = new Workshop(folder).store(registry.host(), "admin", "secret");
            FunctionResult.Built built = workshop.builds(true, workshop.function("shout", "shout:latest", HOST));

            String image = "docker://" + registry.host() + "/shout:latest";
            JsonNode config = new ObjectMapper()
                    .readTree(DockerRegistry.runs(
                            "skopeo", "inspect", "--config", "--tls-verify=false", "--creds", "admin:secret", image));
            assertThat(config.at("/config/Labels/dev.vfaas.platform").asText()).isEqualTo("host");
            assertThat(config.at("/config/Entrypoint/0").asText()).isEqualTo("sh");
            assertThat(config.at("/config/WorkingDir").asText()).isEqualTo("/home/app");
            assertThat(config.at("/config/User").isMissingNode()).isTrue();
            assertThat(config.at("/rootfs/diff_ids")).hasSize(4);
            assertThat(DockerRegistry.runs(
                                    "skopeo",
                                    "inspect",
                                    "--format",
                                    "{{.Digest}}",
                                    "--tls-verify=false",
                                    "--creds",
                                    "admin:secret",
                                    image)
                            .strip())
                    .isEqualTo(built.digest());
            assertThat(built.pinned()).isEqualTo("shout@" + built.digest());
        }
    }
}
