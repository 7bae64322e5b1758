package dev.vfaas.provision.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.provision.facts.Sections;
import dev.vfaas.provision.preflight.Finding;
import java.time.InstantSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterChecksTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Ready                       | true",
                "Ready,SchedulingDisabled    | true",
                "NotReady                    | false",
                "NotReady,SchedulingDisabled | false",
            })
    void aNodeIsReadyOrNot(String status, boolean ready) {
        Sections answer = Sections.of("""
                unit
                 ActiveState=active
                 NRestarts=0
                readyz
                 ok
                nodes
                 node-1   %s   control-plane   5d   v1.36.3+k3s1
                """.formatted(status));
        assertThat(new ClusterChecks(InstantSource.system(), "host").check(answer))
                .filteredOn(finding -> finding.id().equals("K-NODES"))
                .singleElement()
                .extracting(Finding::passes)
                .isEqualTo(ready);
    }
}
