package dev.vfaas.provision.stack.openfaas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.provision.stack.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The objects, word by word; {@code VFAAS_UPDATE_DOCS=1} writes the golden files anew. */
class OpenFaasCatalogueTest {
    private static final Path GOLDEN =
            Path.of(System.getProperty("vfaas.basedir", "."), "src", "test", "resources", "openfaas");

    private final OpenFaasCatalogue catalogue = OpenFaasCatalogue.bundled();

    @Test
    void theObjectsAreWhatTheyWere() throws IOException {
        golden("namespaces.yaml", catalogue.namespaces());
        golden("community-2gb.yaml", List.of(catalogue.chart(Profile.of(2L << 30), Edition.COMMUNITY)));
        golden("community-4gb.yaml", List.of(catalogue.chart(Profile.of(4L << 30), Edition.COMMUNITY)));
        golden("paid-4gb.yaml", List.of(catalogue.chart(Profile.of(4L << 30), Edition.PAID)));
    }

    @Test
    void nothingIsExposedAndNoSecretIsInIt() {
        for (Profile profile : Profile.values()) {
            for (Edition edition : Edition.values()) {
                assertThat(catalogue.chart(profile, edition).yaml())
                        .contains("exposeServices: false", "generateBasicAuth: false", "failurePolicy: abort")
                        .doesNotContain("NodePort", "LoadBalancer", "password");
            }
        }
    }

    @Test
    void aServerOfFourGigabytesMinusWhatItsKernelKeepsIsOne() {
        assertThat(Profile.of(3_900_000_000L)).isEqualTo(Profile.NORMAL);
        assertThat(Profile.of(2_000_000_000L)).isEqualTo(Profile.SMALL);
    }

    private static void golden(String name, List<Manifest> manifests) throws IOException {
        String text = manifests.stream().map(Manifest::yaml).collect(Collectors.joining("---\n"));
        if (System.getenv("VFAAS_UPDATE_DOCS") != null) {
            Files.createDirectories(GOLDEN);
            Files.writeString(GOLDEN.resolve(name), text);
        }
        assertThat(text).isEqualTo(Files.readString(GOLDEN.resolve(name)));
    }
}
