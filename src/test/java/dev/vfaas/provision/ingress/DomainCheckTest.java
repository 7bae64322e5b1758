package dev.vfaas.provision.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Failure;
import dev.vfaas.provision.preflight.Finding;
import dev.vfaas.provision.preflight.Finding.Severity;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DomainCheckTest {
    private static final List<String> SERVER =
            List.of("203.0.113.10", "2001:db8:0:0::10", "10.42.0.1", "fe80::1", "172.17.0.1");

    private NameServer server;

    @BeforeEach
    void start() throws IOException {
        server = new NameServer(
                Map.of(
                        "faas.example.no", List.of("203.0.113.10", "2001:db8::10"),
                        "four.example.no", List.of("203.0.113.10"),
                        "half.example.no", List.of("203.0.113.10", "2001:db8::99"),
                        "else.example.no", List.of("198.51.100.7"),
                        "empty.example.no", List.of()),
                Map.of("alias.example.no", "four.example.no"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Finding check(String domain) {
        return new DomainCheck(server.names()).check(domain, SERVER, true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"faas.example.no", "four.example.no", "alias.example.no"})
    void allRecordsLeadToTheServer(String domain) {
        assertThat(check(domain).severity()).isEqualTo(Severity.PASS);
        assertThat(check(domain).evidence()).contains("203.0.113.10");
    }

    @Test
    void oneRecordThatLeadsElsewhereBlocks() {
        assertThat(check("half.example.no").severity()).isEqualTo(Severity.BLOCK);
        assertThat(check("half.example.no").evidence()).contains("leads to 2001:db8:0:0:0:0:0:99");
        assertThat(check("else.example.no").fix())
                .contains("else.example.no. A 203.0.113.10")
                .contains("--skip-dns-check");
        assertThat(new DomainCheck(server.names())
                        .check("else.example.no", SERVER, false)
                        .severity())
                .isEqualTo(Severity.WARN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none.example.no", "empty.example.no"})
    void aNameWithoutAddressBlocksAndSaysWhichRecordToSet(String domain) {
        assertThat(check(domain).severity()).isEqualTo(Severity.BLOCK);
        assertThat(check(domain).evidence()).contains("has no address");
    }

    @Test
    void aSilentNameServerIsNoAnswer() throws IOException {
        try (DatagramSocket silent = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            Finding finding = new DomainCheck(new Names("dns://127.0.0.1:" + silent.getLocalPort()))
                    .check("faas.example.no", SERVER, true);
            assertThat(finding.severity()).isEqualTo(Severity.BLOCK);
            assertThat(finding.evidence()).contains("no name server answered");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"faas", "-a.no", "a b.no", "203.0.113.10", "x`.no", "faas.example.no/"})
    void whatIsNoDomainIsAUsageFailure(String name) {
        assertThatThrownBy(() -> new Domain(
                        name, "me@example.no", new Authority.LetsEncrypt(false), false, Names.OF_THIS_MACHINE))
                .isInstanceOf(Failure.class);
    }

    @Test
    void aNameServerIsReadAsPeopleWriteIt() {
        assertThat(Names.of("192.0.2.53").servers()).isEqualTo("dns://192.0.2.53:53");
        assertThat(Names.of("192.0.2.53:5353").servers()).isEqualTo("dns://192.0.2.53:5353");
        assertThat(Names.of("2001:db8::53").servers()).isEqualTo("dns://[2001:db8:0:0:0:0:0:53]:53");
        assertThat(Names.of("[2001:db8::53]:5353").servers()).isEqualTo("dns://[2001:db8:0:0:0:0:0:53]:5353");
        for (String kept : List.of("192.0.2.53:5353", "[2001:db8::53]:5353")) {
            assertThat(Names.of(Names.of(kept).server())).isEqualTo(Names.of(kept));
        }
        assertThat(Names.OF_THIS_MACHINE.server()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ns.example.no", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:70000", "192.0.2.53:x"})
    void whatIsNoAddressOfANameServerIsAUsageFailure(String server) {
        assertThatThrownBy(() -> Names.of(server)).isInstanceOf(Failure.class);
    }

    @Test
    void whatIsNoMailAddressIsAUsageFailure() {
        assertThatThrownBy(() -> new Domain(
                        "faas.example.no", "me", new Authority.LetsEncrypt(false), false, Names.OF_THIS_MACHINE))
                .isInstanceOf(Failure.class);
    }
}
