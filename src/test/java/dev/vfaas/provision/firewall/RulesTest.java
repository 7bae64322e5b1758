package dev.vfaas.provision.firewall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Failure;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RulesTest {
    private static Rules rules(boolean world, List<String> nodes, String... open) {
        return new Rules(
                new TreeSet<>(List.of(22, 2222)),
                new TreeSet<>(nodes),
                List.of(open).stream().map(OpenPort::parse).toList(),
                world);
    }

    @Test
    void theTableIsReplacedInOneTransactionAndNoOtherIsNamed() {
        String nft = rules(false, List.of("192.0.2.7", "2001:db8::7")).nft();
        assertThat(nft.lines().filter(line -> line.startsWith("table") || line.startsWith("delete")))
                .containsExactly("table inet vfaas", "delete table inet vfaas", "table inet vfaas {");
        assertThat(nft)
                .contains("tcp dport { 22, 2222 } accept", "elements = { 192.0.2.7 }", "elements = { 2001:db8::7 }")
                .doesNotContain("flush", "80, 443");
        assertThat(rules(true, List.of()).nft())
                .contains("tcp dport { 80, 443 } accept")
                .doesNotContain("elements");
    }

    @Test
    void whatThePersonAllowsIsOpenToThemOnly() {
        String nft = rules(false, List.of(), "25", "9100/tcp@192.0.2.0/24", "53/udp@2001:db8::/32")
                .nft();
        assertThat(nft)
                .contains(
                        "    tcp dport 25 accept\n",
                        "    ip saddr 192.0.2.0/24 tcp dport 9100 accept\n",
                        "    ip6 saddr 2001:db8::/32 udp dport 53 accept\n");
    }

    @Test
    void ufwIsToldTheSameInItsOwnWords() {
        assertThat(rules(true, List.of("192.0.2.7"), "9100/tcp@192.0.2.0/24", "80")
                        .ufw())
                .containsExactly(
                        "22/tcp",
                        "2222/tcp",
                        "from 10.42.0.0/16",
                        "from 10.43.0.0/16",
                        "from 192.0.2.7 to any port 2379:2380,5001,6443,10250 proto tcp",
                        "from 192.0.2.7 to any port 8472,51820:51821 proto udp",
                        "80/tcp",
                        "443/tcp",
                        "from 192.0.2.0/24 to any port 9100 proto tcp");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "65536",
                "22/icmp",
                "22/tcp@",
                "22@example.no",
                "22@1.2.3.4/33",
                "22; reboot",
                "22@1.2.3.4.5"
            })
    void whatIsNoPortIsAUsageFailure(String text) {
        assertThatThrownBy(() -> OpenPort.parse(text))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("--allow-port");
    }

    @ParameterizedTest
    @ValueSource(strings = {"22/tcp", "53/udp@2001:db8::/32", "9100/tcp@192.0.2.7"})
    void aPortIsWrittenAsItIsRead(String text) {
        assertThat(OpenPort.parse(text)).hasToString(text);
    }

    @Test
    void addressesOfPodsAndOfOneLinkAreNoNodes() {
        assertThat(Rules.nodeAddresses(
                        List.of("10.42.0.1", "fe80::1", "127.0.0.1", "192.0.2.7", "2001:db8::7", "a-name")))
                .containsExactly("192.0.2.7", "2001:db8::7");
    }
}
