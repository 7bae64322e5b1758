package dev.vfaas.provision.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** What Traefik is told, word for word. {@code VFAAS_UPDATE_GOLDEN=1} writes the files anew. */
class RoutesTest {
    private static final Path GOLDEN =
            Path.of(System.getProperty("vfaas.basedir", "."), "src", "test", "resources", "ingress");

    private static void golden(String file, String text) throws IOException {
        if (System.getenv("VFAAS_UPDATE_GOLDEN") != null) {
            Files.writeString(GOLDEN.resolve(file), text);
        }
        assertThat(text).isEqualTo(Files.readString(GOLDEN.resolve(file)));
    }

    private static Routes routes(Authority authority, boolean api, String namespace) {
        return new Routes(
                new Domain("FaaS.example.no", "me@example.no", authority, api, Names.OF_THIS_MACHINE), namespace);
    }

    /** Somebody's root: what tells it from another is only its text. */
    private static String root() throws IOException {
        return Files.readString(GOLDEN.resolve("root.pem"));
    }

    @Test
    void functionsAreServedAndTheRestIsNot() throws IOException {
        Routes plain = routes(new Authority.LetsEncrypt(false), false, "vfaas");
        golden("traefik.yaml", plain.traefik());
        golden("routes.yaml", plain.routes(true));
        Routes open = routes(new Authority.LetsEncrypt(true), true, "openfaas");
        golden("traefik-staging.yaml", open.traefik());
        golden("routes-api-without-certificate.yaml", open.routes(false));
        golden(
                "traefik-other.yaml",
                routes(new Authority.Other("https://ca.example.no:8443/acme/directory", root()), false, "vfaas")
                        .traefik());
    }

    @Test
    void settingsTellWhatAPodWasStartedWith() throws IOException {
        String directory = "https://ca.example.no/directory";
        List<String> all = List.of(
                routes(new Authority.LetsEncrypt(false), false, "vfaas").settings(),
                routes(new Authority.LetsEncrypt(true), false, "vfaas").settings(),
                routes(new Authority.Other(directory, ""), false, "vfaas").settings(),
                routes(new Authority.Other(directory, root()), false, "vfaas").settings());
        assertThat(all).doesNotHaveDuplicates();
        assertThat(routes(new Authority.LetsEncrypt(false), true, "vfaas").settings())
                .as("routes are none of its settings")
                .isEqualTo(all.getFirst());
    }

    @Test
    void everyTextIsYaml() throws IOException {
        for (Authority authority : List.of(
                new Authority.LetsEncrypt(true), new Authority.Other("https://ca.example.no/directory", root()))) {
            Routes routes = routes(authority, true, "vfaas");
            Map<String, Object> config = null;
            for (Object object : new Yaml().loadAll(routes.traefik())) {
                @SuppressWarnings("unchecked")
                Map<String, Object> last = (Map<String, Object>) object;
                config = last;
            }
            assertThat(config).containsEntry("kind", "HelmChartConfig");
            Map<?, ?> spec = (Map<?, ?>) config.get("spec");
            Map<String, Object> values = new Yaml().load(String.valueOf(spec.get("valuesContent")));
            assertThat(values).containsKeys("persistence", "additionalArguments", "deployment");
            assertThat(new Yaml().loadAll(routes.routes(true))).hasSize(4);
            assertThat(new Yaml().loadAll(routes.routes(false))).hasSize(4);
        }
    }

    @Test
    void aKeyInTheFileOfRootsGoesNowhere() throws IOException {
        String key = "-----BEGIN PRIVATE KEY-----\nMC4CAQA=\n-----END PRIVATE KEY-----\n";
        assertThatThrownBy(() -> new Authority.Other("https://ca.example.no/directory", key))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("--acme-ca");
        assertThat(new Authority.Other("https://ca.example.no/directory", "a comment\n" + root()).roots())
                .isEqualTo(root());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ca.example.no", "http://ca.example.no/directory", "https:///d", "https://a b/", "https://a/`b`"
            })
    void whatIsNoUrlOfAnAuthorityIsAUsageFailure(String directory) {
        assertThatThrownBy(() -> new Authority.Other(directory, "")).isInstanceOf(Failure.class);
    }
}
