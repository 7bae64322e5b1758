package dev.vfaas.gateway.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LaneTest {
    @Test
    void keepsTheOrderThroughGrowthAndWrapping() {
        Lane lane = new Lane(() -> Integer.MAX_VALUE);
        ArrayDeque<Long> expected = new ArrayDeque<>();
        Random random = new Random(5);
        for (long id = 0; id < 10_000; id++) {
            lane.add(id);
            expected.add(id);
            for (int taken = random.nextInt(3); taken > 0 && !expected.isEmpty(); taken--) {
                assertThat(lane.take()).hasValue(expected.removeFirst());
            }
        }
        assertThat(lane.waiting()).isEqualTo(expected.size());
    }

    @Test
    void givesOutNoMorePlacesThanThereAre() {
        Lane lane = new Lane(() -> 1);
        lane.add(1);
        lane.add(2);
        assertThat(lane.take()).hasValue(1);
        assertThat(lane.take()).isEqualTo(OptionalLong.empty());
        lane.free();
        assertThat(lane.take()).hasValue(2);
    }
}
