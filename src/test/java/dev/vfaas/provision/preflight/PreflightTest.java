package dev.vfaas.provision.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.provision.facts.CapturedFacts;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.preflight.Finding.Severity;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PreflightTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 3, 1);

    private static List<Finding> check(Facts facts) {
        return new Preflight(Demands.k3s(true, List.of("github.com"), TODAY)).check(facts);
    }

    private static List<String> ids(Facts facts, Severity severity) {
        return check(facts).stream()
                .filter(finding -> finding.severity() == severity)
                .map(Finding::id)
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void everySupportedSystemPasses(CapturedFacts server) {
        assertThat(ids(server.facts(), Severity.BLOCK)).isEmpty();
    }

    @Test
    void trapsOfUbuntu2004AreToldAndNeedNothing() {
        List<Finding> findings = check(CapturedFacts.UBUNTU_20_04.facts());
        assertThat(ids(CapturedFacts.UBUNTU_20_04.facts(), Severity.WARN))
                .containsExactly("F-OS-EOL", "F-CGROUP1", "F-IPTABLES");
        assertThat(findings)
                .filteredOn(finding -> List.of("F-CGROUP1", "F-IPTABLES").contains(finding.id()))
                .allSatisfy(finding -> assertThat(finding.fix()).startsWith("nothing to do"));
        assertThat(ids(CapturedFacts.UBUNTU_24_04.facts(), Severity.WARN)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "F-OS       | VERSION_ID=\"24.04\"  | VERSION_ID=\"18.04\"",
                "F-ARCH     | x86_64                | armv7l",
                "F-SYSTEMD  | systemd systemd       | sh",
                "F-MEMORY   | 4018100 kB            | 1018100 kB",
                "F-DISK     | 38351456              | 1351456",
                "F-CGROUP   | cgroup2fs             | none",
                "F-PORTS    | 0.0.0.0:22            | 0.0.0.0:6443",
                "F-PORTS    | 0.0.0.0:22            | 0.0.0.0:443",
                "F-ROUTES   | default via           | 10.42.8.0/24 dev tun0 \\n default via",
                "F-KUBELET  | kubelet inactive      | kubelet active",
                "F-K3S      | dpkg                  | k3s\\n k3s version v1.34.3+k3s1\\ndpkg",
            })
    void whatForbidsTheWorkBlocks(String id, String old, String replacement) {
        Facts facts = CapturedFacts.UBUNTU_24_04.with(old, replacement.replace("\\n", "\n"));
        assertThat(ids(facts, Severity.BLOCK)).containsExactly(id);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "F-STEAL    | 4745 0 2325 39860 612 0 120 10 | 4745 0 2325 39820 612 0 120 50",
                "F-CLOCK    | 1750000000.500000000  | 1750000090.500000000",
                "F-FSYNC    | 0.00964 s             | 0.9 s",
                "F-REACH    | github.com yes 23 ms  | github.com no Connection refused",
                "F-DOCKER   | docker inactive       | docker active",
                "F-FIREWALL | firewalld inactive    | firewalld active",
                "F-MODULES  | vxlan                 | other",
            })
    void whatIsDoubtfulWarns(String id, String old, String replacement) {
        assertThat(ids(CapturedFacts.DEBIAN_12.with(old, replacement), Severity.WARN))
                .containsExactly(id);
    }

    /** A server that is set up can still be changed, and so be mended, when its disk fills. */
    @ParameterizedTest
    @CsvSource({"1351456, WARN", "351456, BLOCK"})
    void theDiskOfAServerThatIsSetUp(String free, Severity severity) {
        Facts facts = CapturedFacts.parse(CapturedFacts.DEBIAN_12
                .text()
                .replace("38351456", free)
                .replace("units\n", "k3s\n k3s version v1.34.3+k3s1\nstate\n {}\nunits\n"));
        assertThat(check(facts))
                .filteredOn(finding -> finding.id().equals("F-DISK"))
                .singleElement()
                .extracting(Finding::severity)
                .isEqualTo(severity);
    }

    @Test
    void ourOwnK3sHoldsItsPorts() {
        Facts facts = CapturedFacts.DEBIAN_12.with(
                "units\n",
                " tcp LISTEN 0 128 *:6443 *:* users:((\"k3s-server\",pid=9,fd=3))\nk3s\n k3s version v1.34.3+k3s1\n"
                        + "state\n {}\nunits\n");
        assertThat(ids(facts, Severity.BLOCK)).isEmpty();
        Facts cutOff = CapturedFacts.DEBIAN_12.with("dpkg\n", "k3s\n k3s version v1.34.3+k3s1\njournal\n {}\ndpkg\n");
        assertThat(ids(cutOff, Severity.BLOCK)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "10.42.0.0/16, 10.0.0.0/8, true",
        "10.42.0.0/16, 10.43.0.0/16, false",
        "10.42.0.0/16, 10.42.9.9, true",
        "0.0.0.0/0, 10.42.0.0/16, true",
        "192.168.0.0/16, 10.42.0.0/16, false"
    })
    void networksOverlap(String one, String other, boolean overlap) {
        assertThat(Cidr.parse(one).orElseThrow().overlaps(Cidr.parse(other).orElseThrow()))
                .isEqualTo(overlap);
    }
}
