package dev.vfaas.provision.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which stack a server leaves when another one is chosen. */
class StackBlueprintTest {
    private static final ServerStack VFAAS = new ServerStack() {
        @Override
        public StackChoice choice() {
            return StackChoice.VFAAS;
        }

        @Override
        public List<Step> steps(Facts facts) {
            return List.of();
        }

        @Override
        public List<String> removes() {
            return List.of("everything");
        }

        @Override
        public void remove(Execution execution) {}
    };

    private static Facts facts(@Nullable String state) {
        return new Facts(
                new Facts.Os("debian", "12", "Debian 12", true, false),
                "vds",
                "x86_64",
                "6.1",
                2,
                null,
                new Facts.Cpu(2, 0),
                new Facts.Memory(4L << 30, 4L << 30, 0),
                new Facts.Disk(1L << 36, 1L << 35, 1L << 20, "vda", false, false, null),
                new Facts.Clock(Duration.ZERO, true),
                new Facts.Network(List.of(), List.of(), Set.of(), List.of()),
                List.of(),
                Map.of(),
                new Facts.Presence(null, false, false, Set.of(), Set.of(), Map.of()),
                new Facts.Login("root", "root"),
                new Facts.Kept(state, null, null));
    }

    private static List<String> steps(@Nullable String state, StackChoice asked) {
        return new StackBlueprint(Optional.of(asked), List.of(VFAAS))
                .steps(facts(state)).stream().map(Step::id).toList();
    }

    @Test
    void theOneItHasIsLeftAlsoWhenOnlyTheChoiceIsKnownAsAfterARestore() {
        String done = "{\"steps\":[\"vfaas-objects\"]}";
        String restored = "{\"values\":{\"stack\":\"vfaas\"}}";
        assertThat(steps(done, StackChoice.NONE)).containsExactly("leave-vfaas", "stack");
        assertThat(steps(restored, StackChoice.NONE)).containsExactly("leave-vfaas", "stack");
        assertThat(steps(restored, StackChoice.VFAAS)).containsExactly("stack");
        assertThat(steps("{\"values\":{\"stack\":\"none\"}}", StackChoice.NONE)).containsExactly("stack");
        assertThat(steps(null, StackChoice.NONE)).containsExactly("stack");
    }
}
