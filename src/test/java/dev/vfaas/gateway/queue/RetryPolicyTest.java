package dev.vfaas.gateway.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryPolicyTest {
    private static final RetryPolicy USUAL =
            new RetryPolicy(10, RetryPolicy.CODES, Duration.ofSeconds(1), Duration.ofMinutes(2));

    @Test
    void annotationsReplaceWhatTheyName() {
        assertThat(USUAL.with(Map.of("topic", "x"))).isSameAs(USUAL);
        assertThat(USUAL.with(Map.of("com.openfaas.retry.attempts", "3")))
                .isEqualTo(new RetryPolicy(3, RetryPolicy.CODES, Duration.ofSeconds(1), Duration.ofMinutes(2)));
        assertThat(USUAL.with(Map.of(
                        "com.openfaas.retry.attempts", "0",
                        "com.openfaas.retry.codes", "408, 500",
                        "com.openfaas.retry.min_wait", "500ms",
                        "com.openfaas.retry.max_wait", "10s")))
                .isEqualTo(new RetryPolicy(1, Set.of(408, 500), Duration.ofMillis(500), Duration.ofSeconds(10)));
    }

    @Test
    void oneWaitAloneMovesTheOtherWhenItMust() {
        assertThat(USUAL.with(Map.of("com.openfaas.retry.min_wait", "5m")).longestWait())
                .isEqualTo(Duration.ofMinutes(5));
        assertThat(USUAL.with(Map.of("com.openfaas.retry.max_wait", "100ms")).firstWait())
                .isEqualTo(Duration.ofMillis(100));
    }

    @ParameterizedTest
    @CsvSource({
        "attempts, many",
        "attempts, -1",
        "codes, 99",
        "codes, '429;500'",
        "min_wait, soon",
        "max_wait, -3s",
    })
    void whatCannotBeReadIsRefusedByName(String name, String value) {
        assertThatThrownBy(() -> RetryPolicy.check(Map.of("com.openfaas.retry." + name, value)))
                .isInstanceOf(RuntimeFailure.class)
                .hasMessageContaining("com.openfaas.retry." + name)
                .hasMessageContaining(value);
    }

    @Test
    void theLeastWaitIsNotLongerThanTheMost() {
        assertThatThrownBy(() -> RetryPolicy.check(
                        Map.of("com.openfaas.retry.min_wait", "2m", "com.openfaas.retry.max_wait", "1m")))
                .hasMessageContaining("com.openfaas.retry.min_wait is longer than com.openfaas.retry.max_wait");
    }
}
