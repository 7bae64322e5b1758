package dev.vfaas.provision.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.k3s.Cluster.Node;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UpgradePathTest {
    private static final Catalogue CATALOGUE = new Catalogue(List.of(
            new Release(K3sVersion.parse("v1.36.3+k3s1"), 2, Map.of()),
            new Release(K3sVersion.parse("v1.35.7+k3s1"), 2, Map.of()),
            new Release(K3sVersion.parse("v1.34.10+k3s1"), 1, Map.of())));

    private static Node node(String name, String role, String version) {
        return new Node(name, "10.0.0.1", true, true, version, role, false);
    }

    private static String target(String running, int cgroup) {
        return new UpgradePath(List.of(node("a", "server", running)), CATALOGUE)
                .target(Optional.empty(), cgroup)
                .toString();
    }

    private static UpgradePath from(String running) {
        return new UpgradePath(List.of(node("a", "server", running)), CATALOGUE);
    }

    private static Optional<K3sVersion> asked(String version) {
        return Optional.of(K3sVersion.parse(version));
    }

    @Test
    void goesOneMinorVersionAtATimeToTheNewestKnown() {
        assertThat(target("v1.34.2+k3s1", 2)).isEqualTo("v1.35.7+k3s1");
        assertThat(target("v1.35.7+k3s1", 2)).isEqualTo("v1.36.3+k3s1");
        assertThat(target("v1.36.3+k3s1", 2)).isEqualTo("v1.36.3+k3s1");
        assertThat(target("v1.37.0+k3s1", 2)).isEqualTo("v1.37.0+k3s1");
    }

    @Test
    void staysBelowWhatRefusesControlGroupsVersion1() {
        assertThat(target("v1.33.9+k3s1", 1)).isEqualTo("v1.34.10+k3s1");
        assertThat(target("v1.34.10+k3s1", 1)).isEqualTo("v1.34.10+k3s1");
        assertThat(from("v1.34.10+k3s1").target(asked("v1.35.7+k3s1"), 1)).hasToString("v1.35.7+k3s1");
    }

    @Test
    void refusesToSkipAndToGoBack() {
        assertThatThrownBy(() -> from("v1.34.10+k3s1").target(asked("v1.36.3+k3s1"), 2))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
                    assertThat(failure.next()).contains("--k3s v1.35.7+k3s1");
                });
        assertThatThrownBy(() -> from("v1.35.7+k3s1").target(asked("v1.35.6+k3s1"), 2))
                .hasMessageContaining("cannot go back");
        assertThatThrownBy(() -> target("v1.30.1+k3s1", 2))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.next()).contains("v1.31.PATCH+k3s1"));
    }

    @Test
    void theOldestNodeDecidesHowFarAndServersComeFirst() {
        Node old = node("c", "agent", "v1.34.10+k3s1");
        Node done = node("b", "server", "v1.35.7+k3s1");
        Node own = node("z", "server", "v1.34.10+k3s1");
        Node other = node("a", "server", "v1.34.10+k3s1");
        UpgradePath path = new UpgradePath(List.of(old, done, other, own), CATALOGUE);
        K3sVersion target = path.target(Optional.empty(), 2);

        assertThat(target).hasToString("v1.35.7+k3s1");
        assertThat(path.pending(target, Optional.of(own))).containsExactly(own, other, old);
        assertThatThrownBy(() -> path.target(asked("v1.36.3+k3s1"), 2)).hasMessageContaining("skipped");
    }

    @Test
    void aNodeThatIsStillHeldIsFinished() {
        Node held = new Node("a", "10.0.0.1", true, false, "v1.36.3+k3s1", "server", true);
        UpgradePath path = new UpgradePath(List.of(held), CATALOGUE);
        assertThat(path.pending(path.target(Optional.empty(), 2), Optional.empty()))
                .containsExactly(held);
    }
}
