package dev.vfaas.provision.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.facts.Facts;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CatalogueTest {
    private final Catalogue catalogue = Catalogue.bundled();

    @Test
    void everyPinnedSumIsOneAndEveryReleaseNamesItsControlGroups() {
        assertThat(catalogue.releases()).isNotEmpty().allSatisfy(release -> {
            assertThat(release.cgroup()).isEqualTo(release.version().atLeast(1, 35) ? 2 : 1);
            assertThat(release.sums().values()).allMatch(sum -> sum.matches("[0-9a-f]{64}"));
        });
    }

    @Test
    void theReleasesLeaveNoMinorOutSoThatEveryHostCanBeUpgraded() {
        List<Integer> minors = catalogue.releases().stream()
                .map(release -> release.version().minor())
                .distinct()
                .sorted()
                .toList();
        assertThat(minors.getLast() - minors.getFirst()).isEqualTo(minors.size() - 1);
    }

    @Test
    void controlGroupsVersion1GetARelease134() {
        assertThat(choose(Hosts.host(1, "1.8.4", 4096), Optional.empty(), new Origin.Official())
                        .toString())
                .startsWith("v1.34.");
        assertThat(choose(Hosts.host(2, "1.8.7", 4096), Optional.empty(), new Origin.Official())
                        .toString())
                .isEqualTo(catalogue.releases().getFirst().version().toString());
    }

    @Test
    void whatIsInstalledStays() {
        Facts facts = Hosts.host(2, null, 4096, "v1.33.1+k3s1");
        assertThat(choose(facts, Optional.empty(), new Origin.Official())).hasToString("v1.33.1+k3s1");
        assertThatThrownBy(() -> choose(facts, Optional.of(K3sVersion.parse("v1.34.10+k3s1")), new Origin.Official()))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
                    assertThat(failure.text()).contains("v1.33.1+k3s1").contains("v1.34.10+k3s1");
                });
    }

    @Test
    void anAirgapFolderNeedsItsVersionSaid() {
        assertThatThrownBy(() -> choose(Hosts.host(2, null, 4096), Optional.empty(), new Origin.Airgap(Path.of("x"))))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("--k3s");
    }

    @Test
    void aHostWithoutControlGroupsGetsNone() {
        assertThatThrownBy(() -> choose(Hosts.host(0, null, 4096), Optional.empty(), new Origin.Official()))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.PREFLIGHT));
    }

    @Test
    void aListThatDiffersFromThePinIsRefused() {
        Release release = new Release(K3sVersion.parse("v1.34.1+k3s1"), 1, Map.of("k3s", "a".repeat(64)));
        Artefact binary = Artefact.binary(Architecture.AMD64);
        String list = "b".repeat(64) + "  k3s-images.txt\n" + "c".repeat(64) + "  k3s\n";
        assertThatThrownBy(() -> ReleaseFiles.sum(list, "URL", release, binary))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.NOT_AS_ASKED))
                .hasMessageContaining("c".repeat(64))
                .hasMessageContaining("a".repeat(64));
        Release unpinned = new Release(release.version(), 1, Map.of());
        assertThat(ReleaseFiles.sum(list, "URL", unpinned, binary)).isEqualTo("c".repeat(64));
        assertThatThrownBy(() -> ReleaseFiles.sum("", "URL", unpinned, binary))
                .hasMessageContaining("no checksum of k3s");
    }

    @Test
    void versionsAreReadComparedAndWritten() {
        assertThat(K3sVersion.parse("1.34.10+k3s1")).hasToString("v1.34.10+k3s1");
        assertThat(K3sVersion.parse("v1.34.9+k3s1")).isLessThan(K3sVersion.parse("v1.34.10+k3s1"));
        assertThat(K3sVersion.parse("v1.34.10+k3s2").pathSegment()).isEqualTo("v1.34.10%2Bk3s2");
        assertThatThrownBy(() -> K3sVersion.parse("stable")).hasMessageContaining("not a version of K3s");
    }

    @Test
    void originsNameWhatTheyServe() {
        K3sVersion version = K3sVersion.parse("v1.34.10+k3s1");
        assertThat(new Origin.Mirror("http://mirror.example/k3s/").url(version, "k3s"))
                .isEqualTo("http://mirror.example/k3s/v1.34.10%2Bk3s1/k3s");
        assertThat(new Origin.Official().url(version, "sha256sum-amd64.txt"))
                .isEqualTo("https://github.com/k3s-io/k3s/releases/download/v1.34.10%2Bk3s1/sha256sum-amd64.txt");
        assertThatThrownBy(() -> new Origin.Mirror("ftp://mirror.example")).hasMessageContaining("--mirror");
    }

    private K3sVersion choose(Facts facts, Optional<K3sVersion> asked, Origin origin) {
        K3sOptions options = new K3sOptions("vds", new Role.First(), asked, origin, List.of(), false);
        return new K3sBlueprint(
                        options,
                        catalogue,
                        new ReleaseFiles(Path.of("unused")),
                        new KubeconfigFile(new dev.vfaas.console.Environment(
                                Map.of(),
                                Path.of("unused"),
                                Path.of("unused"),
                                dev.vfaas.console.Environment.Terminal.NONE)),
                        InstantSource.system())
                .release(facts)
                .version();
    }
}
