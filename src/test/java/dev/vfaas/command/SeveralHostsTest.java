package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Console;
import dev.vfaas.console.Environment;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SeveralHostsTest {
    private static final List<String> HOSTS = List.of("one", "two", "three");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Session session = session();

    private Session session() {
        Environment environment =
                new Environment(Map.of(), Path.of("none"), Path.of("none"), Environment.Terminal.NONE);
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                InputStream.nullInputStream(),
                environment);
        return new Session(console, environment, "1");
    }

    private int run(boolean json, SeveralHosts.Work work) throws InterruptedException {
        return new SeveralHosts(session, json, HOSTS.size()).run(HOSTS, work);
    }

    private static Failure failure(String host) {
        return switch (host) {
            case "one" -> Failure.of(ExitCode.AUTHENTICATION, "no login").next("ssh-add");
            case "two" -> Failure.of(ExitCode.PREFLIGHT, "two: too small");
            default -> throw new IllegalArgumentException(host);
        };
    }

    @Test
    void theyGoOnAtTheSameTime() throws InterruptedException {
        CyclicBarrier together = new CyclicBarrier(3);
        int code = run(false, (part, host) -> {
            try {
                together.await(30, TimeUnit.SECONDS);
            } catch (Exception alone) {
                throw Failure.failed("waits for the others in vain");
            }
            part.console().result("ready\nto use");
            part.console().warn("small disk");
            return 0;
        });
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("one\n  ready\n  to use\ntwo\n  ready\n  to use\nthree\n  ready\n  to use\nHOST");
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .containsExactlyInAnyOrder(
                        "warning: one: small disk", "warning: two: small disk", "warning: three: small disk");
    }

    @Test
    void everyFailureIsToldAndTheOthersGoOn() throws InterruptedException {
        int code = run(false, (part, host) -> {
            if (host.equals("three")) {
                part.console().result("ready");
                return 0;
            }
            throw failure(host);
        });
        assertThat(code).isEqualTo(ExitCode.FAILED.code());
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("three\n  ready\n")
                .contains("failed (exit code 4)");
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("error: one: no login\n  try: ssh-add\nerror: two: too small\n");
    }

    @Test
    void theExitCodeIsThatOfTheFailuresWhenTheyAgree() throws InterruptedException {
        assertThat(run(false, (part, host) -> {
                    throw Failure.of(ExitCode.TIMED_OUT, "no answer");
                }))
                .isEqualTo(ExitCode.TIMED_OUT.code());
        assertThat(run(false, (part, host) -> host.equals("two") ? 10 : 0)).isEqualTo(10);
        assertThat(run(false, (part, host) -> {
                    if (host.equals("two")) {
                        throw Failure.of(ExitCode.LOCKED, "held");
                    }
                    return 10;
                }))
                .isEqualTo(ExitCode.LOCKED.code());
    }

    @Test
    void anErrorOfTheProgramItselfStopsNoOther() throws InterruptedException {
        int code = run(true, (part, host) -> {
            if (host.equals("two")) {
                throw new IllegalStateException("bug");
            }
            part.console().result("{\"host\":\"" + host + "\"}");
            return 0;
        });
        assertThat(code).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactlyInAnyOrder(
                        "{\"host\":\"one\"}",
                        "{\"host\":\"three\"}",
                        "{\"host\":\"two\",\"event\":\"failed\",\"why\":\"IllegalStateException: bug\",\"exitCode\":1}");
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("two: IllegalStateException: bug", "--stacktrace");
    }

    @Test
    void aHostNamedTwiceIsRefused() {
        assertThatThrownBy(() -> SeveralHosts.requireDistinct(List.of("a", "b", "a")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("a is named twice");
    }
}
