package dev.vfaas.provision.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
    @TempDir
    Path root;

    Scratch host;

    @BeforeEach
    void host() {
        host = new Scratch(root);
    }

    @Test
    void freshHostBecomesWhatWasAskedAndASecondRunWritesNothing() throws IOException {
        Plan first = host.up(new LocalServer());
        assertThat(first.changes()).hasSize(4);
        assertThat(root.resolve("etc/a.conf")).hasContent("a = 1\n");
        assertThat(Files.getPosixFilePermissions(root.resolve("etc/token"))).hasSize(3);
        assertThat(root.resolve("run/started")).hasContent("a = 1\n");
        assertThat(Path.of(folderFile("lock"))).doesNotExist();
        assertThat(Path.of(folderFile("journal.json"))).doesNotExist();
        Map<String, String> tree = host.tree();
        String audit = host.audit();
        LocalServer server = new LocalServer();
        Plan second = host.up(server);
        assertThat(second.nothingToDo()).isTrue();
        assertThat(host.tree()).isEqualTo(tree);
        assertThat(host.audit()).isEqualTo(audit);
        assertThat(server.commands()).hasSize(2);
    }

    private String folderFile(String name) {
        return host.folder.path() + "/" + name;
    }

    @Test
    void planShowsLinesThatChangeAndNoSecret() throws IOException {
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/a.conf"), "a = 0\n");
        Plan plan = host.plan(new LocalServer());
        assertThat(plan.data().toString())
                .contains("~ file " + root.resolve("etc/a.conf"), "- a = 0", "+ a = 1", "[redacted]")
                .doesNotContain("hunter2");
        assertThat(host.tree()).hasSize(3); // the plan wrote nothing: root, etc, a.conf
    }

    @Test
    void killedAnywhereTheNextRunFinishes(@TempDir Path whole) {
        Scratch undisturbed = new Scratch(whole);
        LocalServer counting = new LocalServer();
        undisturbed.up(counting);
        int commands = counting.commands().size();
        assertThat(commands).isBetween(5, 12);
        for (int i = 0; i < commands; i++) {
            for (boolean before : new boolean[] {true, false}) {
                Scratch cut = new Scratch(fresh("cut-" + i + before));
                LocalServer dying = before ? new LocalServer().dieBefore(i) : new LocalServer().dieAfter(i);
                catchThrowable(() -> cut.up(dying));
                cut.up(new LocalServer());
                assertThat(normal(cut)).as("cut at command " + i).isEqualTo(normal(undisturbed));
                assertThat(cut.plan(new LocalServer()).nothingToDo()).isTrue();
            }
        }
    }

    private Path fresh(String name) {
        try {
            return Files.createDirectory(root.resolve(name));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The tree without what names the folder it lies in. */
    private static Map<String, String> normal(Scratch host) {
        Map<String, String> tree = host.tree();
        tree.remove(""); // the folder is made by the test
        tree.replaceAll((name, content) -> content.replace(host.root.toString(), ""));
        return tree;
    }

    @Test
    void restartThatWasCutOffIsMadeUpFor() throws IOException {
        host.up(new LocalServer());
        Files.writeString(root.resolve("etc/a.conf"), "drifted");
        // facts, observation, lock, files: the configuration is written, the service not restarted
        catchThrowable(() -> host.up(new LocalServer().dieAfter(3)));
        assertThat(root.resolve("etc/a.conf")).hasContent("a = 1\n");
        Files.writeString(root.resolve("run/started"), "stale");
        host.up(new LocalServer());
        assertThat(root.resolve("run/started")).hasContent("a = 1\n");
    }

    @Test
    void lockOfTheLivingIsRespectedAndOfTheDeadTakenOver() throws IOException {
        hold(bob().holder("up", Instant.now()));
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> host.up(new LocalServer()))
                .satisfies(failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.LOCKED);
                    assertThat(failure.text()).contains("bob@desk", "vfaas up");
                });
        assertThat(root.resolve("etc/a.conf")).doesNotExist();
        Files.setLastModifiedTime(
                Path.of(folderFile("lock/heartbeat")),
                java.nio.file.attribute.FileTime.from(java.time.Instant.now().minusSeconds(90)));
        host.up(new LocalServer());
        assertThat(host.events).contains(new Event.Stolen("bob@desk"));
        assertThat(host.audit()).contains("lock-stolen", "bob@desk");
    }

    @Test
    void lockOfADeadProcessOfThisMachineIsTakenOverAtOnce() throws IOException {
        hold(new Self("ann@laptop", "laptop:1", Integer.MAX_VALUE, "t", "9.9").holder("up", java.time.Instant.now()));
        host.up(new LocalServer());
        assertThat(root.resolve("run/started")).exists();
    }

    /** Two machines may have one name; only an id tells that the process was one of this. */
    @Test
    void lockOfAMachineWithoutAnIdIsNotTakenOverForItsName() throws IOException {
        Self nameless = new Self("ann@laptop", "laptop:", Integer.MAX_VALUE, "t", "9.9");
        host.self = nameless;
        hold(nameless.holder("up", Instant.now()));
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> host.up(new LocalServer()))
                .satisfies(failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.LOCKED));
    }

    @Test
    void whatADeadRunLeftBehindMayClearUpBeforeItIsKilled() throws Exception {
        Path cleared = root.resolve("cleared");
        ProcessBuilder left = new ProcessBuilder(
                "sh", "-c", "trap 'echo yes > " + cleared + "; exit' TERM; echo ready; while :; do sleep 1; done");
        left.environment().put(WorkingServer.MARK, "mark-of-" + root.getFileName());
        Process process = left.start();
        assertThat(process.getInputStream().read()).isPositive();
        assertThat(new Batch()
                        .hush("mark-of-" + root.getFileName())
                        .run(new LocalServer(), host.folder, "-")
                        .exitCode())
                .isZero();
        process.waitFor();
        assertThat(cleared).hasContent("yes");
    }

    /** What {@code --lock-wait} is for; the lock is given back the moment the run says that it waits. */
    @Test
    void lockThatIsGivenBackWhileOneWaitsIsTaken() throws IOException {
        hold(bob().holder("up", Instant.now()));
        host.when = event -> {
            if (event instanceof Event.Waiting) {
                release();
            }
        };
        host.up(new LocalServer(), Duration.ofMinutes(5));
        assertThat(host.events).contains(new Event.Waiting("bob@desk")).noneMatch(Event.Stolen.class::isInstance);
        assertThat(root.resolve("run/started")).hasContent("a = 1\n");
        assertThat(Path.of(folderFile("lock"))).doesNotExist();
    }

    /** The other run did all there was to do: what one planned before it is not done a second time. */
    @Test
    void afterTheWaitOneGoesOnFromWhatTheOtherLeft() throws IOException {
        hold(bob().holder("up", Instant.now()));
        Scratch other = new Scratch(root);
        other.self = bob();
        host.when = event -> {
            if (event instanceof Event.Waiting) {
                release();
                other.up(new LocalServer());
            }
        };
        host.up(new LocalServer(), Duration.ofMinutes(5));
        assertThat(host.events).contains(new Event.Waiting("bob@desk")).noneMatch(Event.StepStarted.class::isInstance);
        assertThat(other.events).anyMatch(Event.StepStarted.class::isInstance);
        assertThat(host.plan(new LocalServer()).nothingToDo()).isTrue();
    }

    @Test
    void lockThatIsHeldToTheEndOfTheWaitIsTold() throws IOException {
        hold(bob().holder("up", Instant.now()));
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> host.up(new LocalServer(), Duration.ofMillis(50)))
                .satisfies(failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.LOCKED));
        assertThat(root.resolve("etc/a.conf")).doesNotExist();
        assertThat(Path.of(folderFile("lock/holder"))).exists();
    }

    private static Self bob() {
        return new Self("bob@desk", "desk:2", 4711, "t", "9.9");
    }

    private void release() {
        try {
            Files.delete(Path.of(folderFile("lock/holder")));
            Files.delete(Path.of(folderFile("lock/heartbeat")));
            Files.delete(Path.of(folderFile("lock")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void hold(Holder holder) throws IOException {
        Files.createDirectories(Path.of(folderFile("lock")));
        Files.writeString(Path.of(folderFile("lock/holder")), holder.text());
        Files.writeString(Path.of(folderFile("lock/heartbeat")), "");
    }

    @Test
    void planFromAnOutdatedStateIsMadeAnew() {
        Plan early = host.plan(new LocalServer());
        host.up(new LocalServer());
        LocalServer server = new LocalServer();
        assertThat(host.engine(server).apply(early, "up", java.time.Duration.ZERO, () -> host.plan(server)))
                .isEmpty();
    }

    @Test
    void nothingTellsTheSecret() throws IOException {
        LocalServer server = new LocalServer();
        host.up(server);
        assertThat(root.resolve("etc/token")).hasContent("hunter2-token");
        String encoded = java.util.Base64.getEncoder().encodeToString("hunter2-token".getBytes());
        String kept = host.audit() + Files.readString(Path.of(host.folder.state())) + host.events + server.commands();
        assertThat(kept).doesNotContain("hunter2").doesNotContain(encoded);
    }

    @Test
    void failedStepIsToldAndLeavesTheRestForTheNextRun() throws IOException {
        Files.createDirectories(root.resolve("run/started")); // where the service wants a file
        assertThatExceptionOfType(Failure.class).isThrownBy(() -> host.up(new LocalServer()));
        assertThat(host.audit()).contains("\"failed\"");
        assertThat(Path.of(folderFile("lock"))).doesNotExist();
        Files.walk(root.resolve("run"))
                .sorted(java.util.Comparator.reverseOrder())
                .forEach(path -> path.toFile().delete());
        Plan rest = host.up(new LocalServer());
        assertThat(rest.pending()).extracting(step -> step.step().id()).containsExactly("service");
    }

    @Test
    void emptyListOfQuestionsNeedsNoRoundTrip() {
        LocalServer server = new LocalServer();
        assertThat(new ObserveScript().ask(server, List.of())).isEqualTo(Observed.NOTHING);
        assertThat(server.commands()).isEmpty();
    }
}
