package dev.vfaas.provision.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
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

    private static Domain domain(boolean staging, boolean api) {
        return new Domain("FaaS.example.no", "me@example.no", staging, api);
    }

    @Test
    void functionsAreServedAndTheRestIsNot() throws IOException {
        golden("traefik.yaml", new Routes(domain(false, false), "vfaas", true).traefik());
        golden("routes.yaml", new Routes(domain(false, false), "vfaas", true).routes());
        golden("routes-staging-api.yaml", new Routes(domain(true, true), "openfaas", false).routes());
    }

    @Test
    void everyTextIsYaml() {
        for (boolean api : List.of(true, false)) {
            Routes routes = new Routes(domain(true, api), "vfaas", true);
            Map<String, Object> config = new Yaml().load(routes.traefik());
            assertThat(config).containsEntry("kind", "HelmChartConfig");
            Map<?, ?> spec = (Map<?, ?>) config.get("spec");
            Map<String, Object> values = new Yaml().load(String.valueOf(spec.get("valuesContent")));
            assertThat(values).containsKeys("persistence", "additionalArguments");
            assertThat(new Yaml().loadAll(routes.routes())).hasSize(4);
        }
    }
}
