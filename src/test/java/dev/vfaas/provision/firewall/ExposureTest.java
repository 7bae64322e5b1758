package dev.vfaas.provision.firewall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.provision.facts.CapturedFacts;
import dev.vfaas.provision.facts.Facts;
import org.junit.jupiter.api.Test;

class ExposureTest {
    @Test
    void theAddressThatLeadsThereIsOneOfTheServers() {
        Facts facts = CapturedFacts.DEBIAN_12.facts();
        assertThat(Exposure.addresses("root@192.0.2.7:2222", facts))
                .containsAll(facts.network().addresses())
                .contains("192.0.2.7");
        assertThat(Exposure.addresses("203.0.113.10", facts))
                .isEqualTo(facts.network().addresses());
        assertThat(Exposure.addresses("alias.invalid", facts))
                .isEqualTo(facts.network().addresses());
    }
}
