package dev.vfaas.provision.stack.openfaas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.LocalServer;
import dev.vfaas.provision.engine.ManagedFile;
import dev.vfaas.provision.engine.Observed;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import dev.vfaas.ssh.Upload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ChartWaitTest {
    private Instant now = Instant.parse("2026-11-23T12:00:00Z");

    private void untilReady(String... looks) {
        new ChartWait(new Told(looks), () -> now).untilReady(true);
    }

    @Test
    void stageAfterStageUntilItRuns() {
        untilReady(
                "controller not yet",
                "helm at work",
                "deployments gateway not available yet",
                "pods-failing nats-1 nats=ErrImagePull",
                "deployments gateway not available yet",
                "ready");
    }

    @Test
    void withoutAControllerItEndsAfterAMinute() {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> untilReady("controller K3s's Helm controller has not taken up the chart"))
                .satisfies(failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.TIMED_OUT))
                .withMessageContaining("after 60 s")
                .withMessageContaining("disable-helm-controller")
                .withMessageContaining("why controller");
    }

    @Test
    void whatHelmSaysEndsItAtOnce() {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> untilReady("helm at work", "failed Job has reached the specified backoff limit"))
                .satisfies(failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.NOT_AS_ASKED))
                .withMessageContaining("backoff limit")
                .withMessageContaining("repository reachable")
                .withMessageContaining("why failed");
    }

    @Test
    void anImageThatCannotBePulledEndsItLongBeforeEverythingElseWould() {
        Instant start = now;
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> untilReady("pods-failing gateway-1 gateway=ImagePullBackOff"))
                .withMessageContaining("gateway=ImagePullBackOff")
                .withMessageContaining("ghcr.io");
        assertThat(Duration.between(start, now)).isLessThan(Duration.ofMinutes(3));
    }

    /** A cluster that says one thing after the other, the last one for ever; each look takes ten seconds. */
    private final class Told implements Execution {
        private final Deque<String> looks;

        Told(String... looks) {
            this.looks = new ArrayDeque<>(List.of(looks));
        }

        @Override
        public Completed run(Command command, Duration deadline) {
            now = now.plusSeconds(10);
            return said(looks.size() > 1 ? looks.pop() : looks.peek());
        }

        @Override
        public Completed attempt(Command command, Duration deadline) {
            String line = command.toString();
            return said("why" + line.substring(line.lastIndexOf(' ')));
        }

        private Completed said(String text) {
            return new Completed(0, text.getBytes(StandardCharsets.UTF_8), new byte[0]);
        }

        @Override
        public <T> T await(
                String what, Duration deadline, Supplier<Optional<T>> attempt, Supplier<List<String>> diagnosis) {
            while (true) {
                Optional<T> value = attempt.get();
                if (value.isPresent()) {
                    return value.get();
                }
            }
        }

        @Override
        public Server server() {
            return new LocalServer();
        }

        @Override
        public Facts facts() {
            throw new UnsupportedOperationException();
        }

        @Override
        public HostState state() {
            return HostState.NONE;
        }

        @Override
        public Completed run(Command command, Secret input, Duration deadline) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(List<ManagedFile> files) {}

        @Override
        public void remove(List<String> paths) {}

        @Override
        public void upload(Upload upload, String sha256, Duration deadline) {}

        @Override
        public void record(String path, String sha256, int mode) {}

        @Override
        public void remember(String key, String value) {}

        @Override
        public void note(String key, String value) {}

        @Override
        public void forget(String id) {}

        @Override
        public void forgetValue(String key) {}

        @Override
        public Observed observe(List<Question> questions) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void progress(String what) {}

        @Override
        public void requireNothingLeft(Step step) {}
    }
}
