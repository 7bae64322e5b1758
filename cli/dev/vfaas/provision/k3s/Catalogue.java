package dev.vfaas.provision.k3s;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The releases of K3s this version of vfaas knows: {@code installers/k3s/catalog.yml}, the preferred first. */
public final class Catalogue {
    /** From this minor version of Kubernetes 1 on, the kubelet refuses control groups version 1 unless it is told not to. */
    static final int CGROUP_V2_MINOR = 35;

    private static final String RESOURCE = "/installers/k3s/catalog.yml";
    private final List<Release> releases;

    Catalogue(List<Release> releases) {
        this.releases = List.copyOf(releases);
    }

    /** The one that comes with this version. */
    public static Catalogue bundled() {
        try (InputStream in = Catalogue.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the catalogue is missing: " + RESOURCE);
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Catalogue parse(String text) {
        Map<?, ?> top = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
        List<Release> releases = new ArrayList<>();
        if (!(top.get("releases") instanceof List<?> entries)) {
            throw new IllegalStateException("the catalogue names no releases");
        }
        for (Object entry : entries) {
            Map<?, ?> release = (Map<?, ?>) entry;
            Map<String, String> sums = new LinkedHashMap<>();
            if (release.get("sums") instanceof Map<?, ?> pinned) {
                pinned.forEach((file, sum) -> sums.put(String.valueOf(file), String.valueOf(sum)));
            }
            int cgroup = release.get("cgroup") instanceof Integer version ? version : 2;
            releases.add(new Release(K3sVersion.parse(String.valueOf(release.get("version"))), cgroup, sums));
        }
        return new Catalogue(releases);
    }

    /** All releases, the preferred first. */
    public List<Release> releases() {
        return releases;
    }

    /** The preferred release for a host with control groups of that version; a preflight failure when there is none. */
    public Release preferred(int cgroup) {
        return releases.stream()
                .filter(release -> release.cgroup() <= cgroup)
                .findFirst()
                .orElseThrow(() -> Failure.of(
                        ExitCode.PREFLIGHT,
                        cgroup == 0
                                ? "the server has no control groups, and Kubernetes cannot run without"
                                : "no release of K3s in this version of vfaas runs on control groups version "
                                        + cgroup));
    }

    /** That release; with the sums of the catalogue if it is in there, else with the release's own list alone. */
    public Release release(K3sVersion version) {
        return releases.stream()
                .filter(release -> release.version().equals(version))
                .findFirst()
                .orElseGet(() -> new Release(version, version.atLeast(1, CGROUP_V2_MINOR) ? 2 : 1, Map.of()));
    }

    /** The newest known release of a minor version. */
    Optional<Release> newest(int major, int minor) {
        return releases.stream()
                .filter(release ->
                        release.version().major() == major && release.version().minor() == minor)
                .max(Comparator.comparing(Release::version));
    }

    /** The versions, for messages. */
    String versions() {
        return releases.stream().map(release -> release.version().toString()).collect(Collectors.joining(", "));
    }
}
