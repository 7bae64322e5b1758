package dev.vfaas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.openfaas.Secret;
import org.junit.jupiter.api.Test;

class SmokeTest {
    @Test
    void secretsDoNotPrint() {
        assertThat(Secret.of("hunter2").toString()).doesNotContain("hunter2");
    }
}
