package dev.vfaas.provision.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.provision.facts.Sections;
import dev.vfaas.provision.preflight.Finding;
import java.util.List;
import org.junit.jupiter.api.Test;

class StackChecksTest {
    private static List<Finding> queue(String section) {
        return StackChecks.check(Sections.of("gateway\n 2|2\n\nhealthy\n yes\n\n" + section), "host", "vfaas").stream()
                .filter(finding -> finding.id().equals("G-QUEUE"))
                .toList();
    }

    @Test
    void aQueueThatTheGatewayCannotReachIsTold() {
        assertThat(queue("queue\n vfaas_async_connected 0\n\n")).singleElement().satisfies(finding -> {
            assertThat(finding.passes()).isFalse();
            assertThat(finding.toString()).contains("asynchronous calls are refused", "--gateway-queue");
        });
        assertThat(queue("queue\n vfaas_async_connected 1\n\n")).singleElement().matches(Finding::passes);
        assertThat(queue("queue\n\n")).isEmpty(); // another gateway's metrics say nothing of it
    }
}
