package dev.vfaas.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleTest {
    private static final Environment.Terminal TERMINAL = new Environment.Terminal(true, true, true);
    private static final Failure FAILURE = Failure.failed("it broke").next("vfaas mend");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Console console(Environment.Terminal terminal, Map<String, String> variables) {
        return new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                new ByteArrayInputStream("Ada\n".getBytes(StandardCharsets.UTF_8)),
                new Environment(variables, Path.of("/"), Path.of("/"), terminal));
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void failuresAreColouredOnATerminal() {
        console(TERMINAL, Map.of("TERM", "xterm")).error(FAILURE);
        assertThat(err()).isEqualTo("\u001b[31merror:\u001b[0m it broke\n  try: \u001b[1mvfaas mend\u001b[0m\n");
        assertThat(out.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"NO_COLOR=1", "CI=true", "TERM=dumb"})
    void colourCanBeTurnedOff(String variable) {
        String[] pair = variable.split("=");
        console(TERMINAL, Map.of(pair[0], pair[1])).error(FAILURE);
        assertThat(err()).isEqualTo("error: it broke\n  try: vfaas mend\n");
    }

    @Test
    void progressIsLinesWhereNobodyWatches() {
        try (Progress progress = console(Environment.Terminal.NONE, Map.of()).progress()) {
            Progress.Task one = progress.task("one");
            one.step("building");
            one.step("building");
            one.done("built");
            progress.task("two").failed("no\nroom");
        }
        assertThat(err().replaceAll("[0-9.]+s", "Ns"))
                .isEqualTo("one: building\none: built (Ns)\ntwo: failed: no (Ns)\n");
        assertThat(out.size()).isZero();
    }

    @Test
    void progressIsRedrawnOnATerminal() {
        try (Progress progress = console(TERMINAL, Map.of("NO_COLOR", "1")).progress()) {
            progress.task("long-name").done("built");
            progress.task("two").failed("no");
        }
        assertThat(err().replaceAll("[0-9.]+s", "Ns"))
                .contains("\r\u001b[2K✓ long-name  built  Ns\n\r\u001b[2K✗ two        no  Ns\n");
    }

    @Test
    void questionsNeedATerminal() {
        assertThat(console(TERMINAL, Map.of()).prompt("Name", "--name")).isEqualTo("Ada");
        assertThatThrownBy(
                        () -> console(Environment.Terminal.NONE, Map.of()).promptHidden("Password", "--password-stdin"))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
                    assertThat(failure.next()).contains("--password-stdin");
                });
    }

    @Test
    void interruptsUndoOnlyWhatIsStillUnderWay() {
        Console console = console(Environment.Terminal.NONE, Map.of());
        List<String> undone = new ArrayList<>();
        Console.Cleanup finished = console.onInterrupt(() -> undone.add("finished"));
        Console.Cleanup half = console.onInterrupt(() -> undone.add("half"));
        finished.close();
        console.interrupted();
        half.close();
        assertThat(undone).containsExactly("half");
    }

    @Test
    void directoriesFollowTheXdgSpecification() {
        Environment environment = new Environment(
                Map.of("XDG_CONFIG_HOME", "/etc/me", "XDG_CACHE_HOME", "relative"),
                Path.of("/home/me"),
                Path.of("/project"),
                Environment.Terminal.NONE);
        assertThat(environment.configDirectory()).isEqualTo(Path.of("/etc/me/vfaas"));
        assertThat(environment.cacheDirectory()).isEqualTo(Path.of("/home/me/.cache/vfaas"));
        assertThat(environment.gatewayDirectory()).isEqualTo(Path.of("/home/me/.local/share/vfaas/gateway"));
        assertThat(environment.resolve("~/x")).isEqualTo(Path.of("/home/me/x"));
        assertThat(environment.resolve("x")).isEqualTo(Path.of("/project/x"));
    }
}
