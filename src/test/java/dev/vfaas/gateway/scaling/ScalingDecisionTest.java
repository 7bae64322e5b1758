package dev.vfaas.gateway.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.ScalingRules;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScalingDecisionTest {

    @ParameterizedTest(name = "{0}: {2} calls/s on {1} replicas, {3} recently: {4}")
    @CsvSource(delimiter = '|', textBlock = """
                                                # labels                    | now | rate | recent | then
                                                                            |   1 |    0 |      1 |  1
                                                                            |   1 |   45 |      1 |  1
                                                                            |   1 |   46 |      1 |  2
                                                                            |   1 | 9000 |      1 | 20
                                                max=5                       |   1 | 9000 |      1 |  5
                                                target=10                   |   1 |   90 |      1 | 10
                                                target=10 target-proportion=1 | 1 |   90 |      1 |  9
                                                                            |   4 |   46 |      4 |  4
                                                                            |   4 |   46 |      3 |  3
                                                                            |   4 |   46 |      2 |  2
                                                min=3                       |   3 |    0 |      3 |  3
                                                                            |   0 |  500 |      0 |  0
                                                factor=20                   |   1 |    5 |      1 |  1
                                                factor=20                   |   1 |    6 |      1 |  5
                                                factor=20 max=5             |   4 |    6 |      4 |  5
                                                factor=10 max=5             |   1 |    6 |      1 |  2
                                                factor=0                    |   3 | 9000 |      3 |  3
                                                factor=20 target=50         |   1 |  100 |      1 |  3
                                                """)
    void by_rate(String labels, int now, double rate, int recent, int then) {
        assertThat(ScalingDecision.replicas(rules(labels), seen(now, 1, rate, 0, 0, recent)))
                .isEqualTo(then);
    }

    @ParameterizedTest(name = "{2} calls at once on {1} replicas: {3}")
    @CsvSource({"target=10,1,9,1", "target=10,1,10,2", "target=1 target-proportion=1,1,7,7", "target=10,2,500,20"})
    void by_calls_at_once(String labels, int now, int inFlight, int then) {
        assertThat(ScalingDecision.replicas(rules(labels + " type=capacity"), seen(now, 1, 0, inFlight, 0, 1)))
                .isEqualTo(then);
    }

    @ParameterizedTest(name = "{0}: {2} mCPU on {1} replicas, {3} recently: {4}")
    @CsvSource({
        "target=500,1,449,1,1",
        "target=500,1,451,1,2",
        "target=500,2,2000,2,5",
        "target=500 target-proportion=1,2,2000,2,4",
        "target=500 max=3,1,9000,1,3",
        "target=500,4,100,4,4",
        "target=500,4,100,2,2",
        "target=500,4,100,1,1",
        "target=500,3,NaN,1,3",
        "target=500 min=2,2,0,2,2"
    })
    void by_cpu(String labels, int now, double milliCpu, int recent, int then) {
        ScalingDecision.Seen seen =
                new ScalingDecision.Seen(now, 1, 9000, 50, Duration.ZERO, Duration.ofSeconds(60), recent, milliCpu);
        assertThat(ScalingDecision.replicas(rules(labels + " type=cpu"), seen)).isEqualTo(then);
    }

    @ParameterizedTest(name = "{0}: idle {1} s, {2} in flight: {3}")
    @CsvSource({
        "zero=true,899,0,1",
        "zero=true,900,0,0",
        "zero=true,900,1,1",
        "zero=true zero-duration=1m30s,89,0,1",
        "zero=true zero-duration=1m30s,90,0,0",
        "min=0 zero-duration=5s,5,0,0",
        "zero=false,9999,0,1",
        "min=2 zero=true zero-duration=5s,9,0,0"
    })
    void to_zero(String labels, long idle, int inFlight, int then) {
        assertThat(ScalingDecision.replicas(rules(labels), seen(1, 1, 0, inFlight, idle, 1)))
                .isEqualTo(then);
    }

    @Test
    void a_number_set_by_hand_is_kept_without_load_and_exceeded_with_it() {
        ScalingRules rules = rules("");
        assertThat(ScalingDecision.replicas(rules, seen(5, 5, 0, 0, 60, 5))).isEqualTo(5);
        assertThat(ScalingDecision.replicas(rules, seen(5, 5, 450, 0, 0, 5))).isEqualTo(10);
        assertThat(ScalingDecision.replicas(rules, seen(10, 5, 0, 0, 60, 5))).isEqualTo(5);
    }

    @Test
    void a_step_is_taken_every_five_seconds() {
        ScalingRules rules = rules("factor=20");
        ScalingDecision.Seen early = new ScalingDecision.Seen(5, 1, 100, 0, Duration.ZERO, Duration.ofSeconds(4), 5);
        ScalingDecision.Seen due = new ScalingDecision.Seen(5, 1, 100, 0, Duration.ZERO, Duration.ofSeconds(5), 5);
        assertThat(ScalingDecision.replicas(rules, early)).isEqualTo(5);
        assertThat(ScalingDecision.replicas(rules, due)).isEqualTo(9);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                                                type=queue           | com.openfaas.scale.type is "queue"; this gateway scales by rps, capacity or cpu
                                                min=a                | com.openfaas.scale.min is "a", must be a whole number from 0 to 10000
                                                min=3 max=2          | com.openfaas.scale.min is 3, more than com.openfaas.scale.max, which is 2
                                                max=0                | com.openfaas.scale.max is "0", must be a whole number from 1 to 10000
                                                factor=101           | com.openfaas.scale.factor is "101", must be a whole number from 0 to 100
                                                target=0             | com.openfaas.scale.target is "0", must be a number above 0
                                                target-proportion=2  | com.openfaas.scale.target-proportion is 2.0, must be above 0 and at most 1
                                                zero=perhaps         | com.openfaas.scale.zero is "perhaps", must be true or false
                                                zero-duration=soon   | com.openfaas.scale.zero-duration: "soon" is not a duration such as 30s, 1m30s or 500ms
                                                down.window=5x       | com.openfaas.scale.down.window: "5x" is not a duration such as 30s, 1m30s or 500ms
                                                """)
    void labels_that_make_no_sense_are_refused(String labels, String why) {
        assertThatThrownBy(() -> rules(labels))
                .isInstanceOf(RuntimeFailure.class)
                .hasMessage(why);
    }

    @Test
    void the_rules_without_labels_are_those_of_the_paid_edition() {
        assertThat(ScalingRules.of(Map.of()))
                .isEqualTo(new ScalingRules(
                        1,
                        20,
                        50,
                        ScalingRules.Measure.RPS,
                        0.90,
                        null,
                        false,
                        Duration.ofMinutes(15),
                        Duration.ofSeconds(30)));
    }

    private static ScalingDecision.Seen seen(
            int replicas, int baseline, double rate, int inFlight, long idle, int recent) {
        return new ScalingDecision.Seen(
                replicas, baseline, rate, inFlight, Duration.ofSeconds(idle), Duration.ofDays(1), recent);
    }

    private static ScalingRules rules(String labels) {
        Map<String, String> map = new HashMap<>();
        for (String label : labels == null || labels.isBlank() ? new String[0] : labels.split(" ")) {
            map.put(
                    "com.openfaas.scale." + label.substring(0, label.indexOf('=')),
                    label.substring(label.indexOf('=') + 1));
        }
        return ScalingRules.of(map);
    }
}
