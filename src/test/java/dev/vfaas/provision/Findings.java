package dev.vfaas.provision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.openfaas.Json;
import dev.vfaas.support.Tool;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What {@code vfaas doctor -o json} says, as a program reads it. */
public final class Findings {
    private Findings() {}

    /** Severities by id; fails when the document is not as docs/servers.md describes it. */
    public static Map<String, String> of(Tool.Outcome doctor) {
        Map<String, String> severities = new TreeMap<>();
        try {
            assertThat(new Json().read(doctor.out()))
                    .as(doctor.out() + doctor.err())
                    .isInstanceOf(List.class);
            for (Object each : (List<?>) new Json().read(doctor.out())) {
                Map<?, ?> finding = (Map<?, ?>) each;
                assertThat(List.copyOf(finding.keySet()))
                        .isEqualTo(List.of("id", "severity", "title", "evidence", "fix"));
                boolean passes = finding.get("severity").equals("pass");
                assertThat(finding.get("fix").toString().isEmpty())
                        .as(finding.toString())
                        .isEqualTo(passes);
                severities.put(
                        finding.get("id").toString(), finding.get("severity").toString());
            }
        } catch (IOException e) {
            throw new AssertionError(doctor.out() + doctor.err(), e);
        }
        assertThat(doctor.exitCode()).as(doctor.out()).isEqualTo(severities.containsValue("block") ? 3 : 0);
        return severities;
    }
}
