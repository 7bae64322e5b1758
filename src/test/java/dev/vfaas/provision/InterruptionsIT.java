package dev.vfaas.provision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.provision.engine.Sha256;
import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Set-ups of a real cluster that are killed, cut off and interrupted: the next run finishes them, with the same result as one that was left alone,
 * and {@code down} leaves nothing. {@code -Dvfaas.kills=20} kills at that many random moments, {@code -Dvfaas.seed=N} at the same ones again.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InterruptionsIT {
    private static final String VERSION = "v1.20.2+k3s1";
    private static final int KILLS = Integer.getInteger("vfaas.kills", 1);

    private static Testbed testbed;
    private static TestServer server;
    private static Testbed.Release release;
    private static String[] options;
    private static String bare;
    private static String whole = "";
    private static String smallSum = "";
    private static String bigSum = "";
    private static int millis;

    @TempDir
    static Path home;

    private Person person;

    @BeforeAll
    static void boot() throws IOException {
        testbed = Testbed.withKubernetes();
        release = testbed.release(VERSION);
        smallSum =
                Sha256.of(Files.readAllBytes(release.folder().resolve(VERSION).resolve("k3s")));
        server = testbed.server("one");
        options = new String[] {"--stack", "none", "--k3s", VERSION, "--mirror", release.url(), "-o", "json"};
        bare = Surroundings.of(server);
    }

    @AfterAll
    static void end() {
        if (testbed != null) {
            testbed.close();
        }
    }

    @BeforeEach
    void sitDown() {
        person = new Person(home, server);
    }

    /** One more run finishes the work, another finds nothing to do, and the server is as after a run that nothing disturbed. */
    private void finishes(String after, String... words) {
        Tool.Outcome next = person.vfaas("up", words);
        assertThat(next.exitCode()).as(after + next.out() + next.err()).isZero();
        assertThat(person.vfaas("up", words).out()).as(after).contains("nothing-to-do");
        assertThat(Surroundings.of(server)).as(after).doesNotContain(".vfaas-new");
        if (!whole.isEmpty()) {
            assertThat(comparable(Surroundings.written(server))).as(after).isEqualTo(whole);
        }
    }

    /** state.json tells the sums of files, which are compared too; what stood in the host's settings before differs by run. */
    private static String comparable(String written) {
        return (bigSum.isEmpty() ? written : written.replace(bigSum, smallSum))
                .replaceAll("(?m)^.*var/lib/vfaas/state.json$", "state");
    }

    private void takenAway() {
        Tool.Outcome down = person.vfaas("down", "--yes");
        assertThat(down.exitCode()).as(down.err()).isZero();
        assertThat(Surroundings.of(server)).isEqualTo(bare);
    }

    @Test
    @Order(1)
    void secretsOfAWholeRunAreNowhere() throws IOException, InterruptedException {
        long begun = System.nanoTime();
        CommandLines commandLines = new CommandLines();
        Person.Started up = person.startAs("pat", "up", options);
        assertThat(up.ended()).as(up.said()).isZero();
        commandLines.close();
        millis = (int) TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        whole = comparable(Surroundings.written(server));
        String config = "/etc/rancher/k3s/config.yaml.d/10-vfaas.yaml";
        server.run("cp -a " + config + " /tmp/kept && echo 'debug: true' >>" + config)
                .orFail("change");
        Tool.Outcome dry = person.vfaasAs(
                "pat",
                "up",
                Stream.concat(Stream.of(options), Stream.of("--dry-run")).toArray(String[]::new));
        server.run("mv /tmp/kept " + config).orFail("change back");
        assertThat(dry.exitCode()).as(dry.err()).isZero();
        assertThat(dry.out()).contains(config, "debug: true");

        List<String> secrets = new ArrayList<>(List.of(TestServer.PASSWORD));
        String token = server.run("cat /var/lib/rancher/k3s/server/token")
                .orFail("token")
                .out()
                .strip();
        secrets.add(token.substring(token.lastIndexOf(':') + 1));
        server.run("sed -n 's/.*\\(client-key-data\\|password\\|token\\): //p' /etc/rancher/k3s/k3s.yaml")
                .orFail("kubeconfig")
                .out()
                .lines()
                .forEach(secrets::add);
        assertThat(secrets).hasSizeGreaterThan(2).allMatch(secret -> secret.length() > 8);
        assertThat(commandLines.all()).contains("dev.vfaas.Main", "k3s");

        String host = server.run(
                        "journalctl --no-pager; cat /var/lib/vfaas/*.json*; cat /proc/*/cmdline | tr '\\0' ' '")
                .orFail("host")
                .out();
        String laptop = everythingBut(home.resolve(".kube"));
        for (String secret : secrets) {
            assertThat(commandLines.all()).doesNotContain(secret);
            assertThat(up.said() + dry.out() + dry.err()).doesNotContain(secret);
            assertThat(host).doesNotContain(secret);
            assertThat(laptop).doesNotContain(secret);
        }
        assertThat(server.run(
                                "stat -c '%a %U %n' /var/lib/vfaas /var/lib/vfaas/*.json* /etc/rancher/k3s/k3s.yaml /etc/rancher/k3s/config.yaml.d/*")
                        .out())
                .isEqualTo("""
                        700 root /var/lib/vfaas
                        600 root /var/lib/vfaas/audit.jsonl
                        600 root /var/lib/vfaas/state.json
                        600 root /etc/rancher/k3s/k3s.yaml
                        600 root /etc/rancher/k3s/config.yaml.d/10-vfaas.yaml
                        """);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve(".kube/config"))))
                .isEqualTo("rw-------");
        assertThat(person.vfaas("down").exitCode()).isEqualTo(2);
        takenAway();
    }

    private static String everythingBut(Path left) throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(file.startsWith(left) ? "" : Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }

    @Test
    @Order(2)
    void killedAtEveryBoundaryOfItsStepsTheNextRunFinishes() throws IOException, InterruptedException {
        Set<String> killed = new TreeSet<>();
        for (String step : List.of("host-preparation", "k3s-config", "k3s-artefacts", "k3s-service")) {
            Person.Started up = person.start("up", options);
            if (up.until("step-started", "\"" + step + "\"")) {
                killed.add(step);
            }
            up.kill();
        }
        assertThat(killed).containsExactlyInAnyOrder("host-preparation", "k3s-config", "k3s-artefacts", "k3s-service");

        // The remote shell of the step that runs is killed on the server.
        Person.Started up = person.start("up", options);
        assertThat(up.until("step-started", "k3s-service")).as(up.said()).isTrue();
        String kill =
                "for p in $(grep -slz '^VFAAS_RUN=' /proc/[0-9]*/environ | cut -d/ -f3); do kill -9 $p; done; true";
        for (int i = 0; i < 20 && up.process().isAlive(); i++) {
            server.run(kill);
        }
        int code = up.ended();
        assertThat(code).as(up.said()).isIn(0, 7);
        if (code == 7) {
            assertThat(up.said()).contains("exit code 137");
        }

        // Ctrl-C
        Person.Started interrupted = person.start("up", options);
        boolean inTime = interrupted.until("step-started", "k3s-service");
        interrupted.signal("INT");
        assertThat(interrupted.ended()).as(interrupted.said()).isEqualTo(inTime ? 130 : 0);
        if (inTime) {
            assertThat(interrupted.said()).contains("interrupted on root@", "starting K3s", "vfaas down");
            assertThat(server.run("ls -d /var/lib/vfaas/lock").exitCode()).isNotZero();
        }
        for (String step : List.of("k3s-ready", "k3s-access")) {
            Person.Started last = person.start("up", options);
            last.until("step-started", "\"" + step + "\"");
            last.kill();
        }
        finishes("killed at every boundary", options);
    }

    @Test
    @Order(3)
    void anInterruptedDownIsFinishedByTheNext() throws InterruptedException {
        for (String step : List.of("k3s-ready", "k3s-service", "k3s-config", "host-preparation")) {
            Person.Started down = person.start("down", "--yes", "-o", "json");
            down.until("step-started", "\"" + step + "\"");
            down.kill();
        }
        Tool.Outcome last = person.vfaas("down", "--yes");
        assertThat(last.exitCode()).as(last.err()).isZero();
        assertThat(Surroundings.of(server)).isEqualTo(bare);
    }

    @Test
    @Order(4)
    void aCableThatIsCutDuringTheUploadAndTheWaitIsWaitedForAndAnotherRunWaitsForTheLock()
            throws IOException, InterruptedException {
        String[] airgap = uploaded();
        Person.Started first = person.start("up", airgap);
        assertThat(first.until("step-progress", "uploading k3s "))
                .as(first.said())
                .isTrue();
        cutForAWhile();

        assertThat(first.until("step-started", "k3s-service")).as(first.said()).isTrue();
        Tool.Outcome refused = person.vfaas("up", airgap);
        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(5);
        assertThat(refused.err()).contains("is being changed by", "--lock-wait");
        Person.Started waiting = person.start("up", append(airgap, "--lock-wait", "5m"));

        assertThat(first.until("step-started", "k3s-ready")).as(first.said()).isTrue();
        cutForAWhile();
        assertThat(first.ended()).as(first.said()).isZero();
        assertThat(waiting.ended()).as(waiting.said()).isZero();
        assertThat(waiting.said()).containsAnyOf("nothing-to-do", "\"event\":\"done\"");
        assertThat(person.vfaas("up", airgap).out()).contains("nothing-to-do");
    }

    /** Longer than it takes to notice. */
    private static void cutForAWhile() throws InterruptedException {
        server.cut();
        Thread.sleep(TimeUnit.SECONDS.toMillis(20));
        server.mend();
    }

    /** A release whose file k3s is so big that its upload can be cut; otherwise the same. */
    private static String[] uploaded() throws IOException {
        Path small = release.folder().resolve(VERSION);
        Path big = Files.createDirectories(home.resolve("release"));
        if (bigSum.isEmpty()) {
            Files.copy(small.resolve("install.sh"), big.resolve("install.sh"));
            byte[] program = Files.readAllBytes(small.resolve("k3s"));
            int line = new String(program, StandardCharsets.ISO_8859_1).indexOf('\n') + 1;
            try (OutputStream out = Files.newOutputStream(big.resolve("k3s"))) {
                // A Python archive may have anything in it behind the line that says what runs it.
                out.write(program, 0, line);
                out.write(new byte[60_000_000]);
                out.write(program, line, program.length - line);
            }
            bigSum = Sha256.of(Files.readAllBytes(big.resolve("k3s")));
            Files.writeString(big.resolve("sha256sum-amd64.txt"), bigSum + "  k3s\n");
        }
        return new String[] {"--stack", "none", "--k3s", VERSION, "--airgap", big.toString(), "-o", "json"};
    }

    @Test
    @Order(5)
    void aServerThatIsGoneForGoodEndsTheRunAndOneThatRebootsDoesNot() throws IOException, InterruptedException {
        String[] airgap = uploaded();
        finishes("nothing but what an earlier test left", airgap);
        server.run("systemctl stop k3s").orFail("stop");
        Person.Started gone = person.start("up", append(airgap, "--reconnect", "3s"));
        assertThat(gone.until("step-started", "k3s-service")).as(gone.said()).isTrue();
        server.cut();
        int ended = gone.ended();
        server.mend();
        assertThat(ended).as(gone.said()).isEqualTo(6);
        assertThat(gone.said()).contains("did not come back within 3 s", "run the same command again");

        // The next run finishes what that one left, and meets a reboot.
        Person.Started rebooted = person.start("up", airgap);
        assertThat(rebooted.until("step-started", "k3s-service"))
                .as(rebooted.said())
                .isTrue();
        server.reboot();
        assertThat(rebooted.ended()).as(rebooted.said()).isZero();
        finishes("gone and rebooted", airgap);
        takenAway();
    }

    private static String[] append(String[] words, String... more) {
        return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    @Order(6)
    void killedAtRandomMomentsTheNextRunFinishes() throws InterruptedException {
        long seed = Long.getLong("vfaas.seed", new Random().nextInt(1_000_000));
        Random moments = new Random(seed);
        int span = millis == 0 ? 20_000 : millis;
        int cutOff = 0;
        for (int i = 0; cutOff < KILLS && i < 4 * KILLS + 8; i++) {
            int moment = 500 + moments.nextInt(span);
            String name = "kill " + i + " after " + moment + " ms (vfaas.seed=" + seed + ") ";
            Person.Started up = person.start("up", options);
            boolean ended = up.process().waitFor(moment, TimeUnit.MILLISECONDS);
            up.kill();
            System.out.println(name + (ended ? "had ended" : "killed"));
            if (ended) {
                // Runs are shorter than that: the next moments are drawn from what is left.
                span = Math.max(1, moment - 500);
            } else {
                cutOff++;
            }
            finishes(name, options);
            takenAway();
        }
        assertThat(cutOff).isEqualTo(KILLS);
    }
}
