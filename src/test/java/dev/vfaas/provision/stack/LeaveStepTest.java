package dev.vfaas.provision.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is to be typed where a stack still has functions. */
class LeaveStepTest {
    private final LeaveStep step = new LeaveStep(new ServerStack() {
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
            return List.of();
        }

        @Override
        public void remove(Execution execution) {}
    });

    @Test
    void functionsOfEveryNamespaceAreRemovedThere() {
        Failure refused = catchThrowableOfType(
                Failure.class,
                () -> step.requireNone("openfaas-fn/a\nopenfaas-fn/b\nteam/a\n", "; nothing was changed"));
        assertThat(refused.exitCode()).isEqualTo(ExitCode.PREFLIGHT);
        assertThat(refused.text()).contains("openfaas-fn/a, openfaas-fn/b, team/a");
        assertThat(refused.next())
                .isEqualTo("vfaas remove a b -n openfaas-fn; vfaas remove a -n team; then the same command again");
    }

    @Test
    void noneIsNoReason() {
        step.requireNone("\n", "");
    }
}
