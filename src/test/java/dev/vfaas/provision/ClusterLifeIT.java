package dev.vfaas.provision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of a cluster after its first {@code up}, against real sshd, sudo, systemd and Kubernetes. One cluster serves many assertions. */
class ClusterLifeIT {
    private static final String OLD = "v1.20.2+k3s1";
    private static final String NEW = "v1.20.2+k3s2";
    private static final String BROKEN = "v1.20.2+k3s3";

    /** A function as the cluster sees it: Deployment and Secret, and an image that only this node has; and data of the gateway's. */
    private static final String FUNCTION = """
            set -e
            k3s ctr images tag k8s.gcr.io/pause:3.2 registry.invalid/held:1 >/dev/null
            k3s kubectl create namespace openfaas-fn
            k3s kubectl -n openfaas-fn create secret generic key --from-literal=key=kept
            k3s kubectl apply -f - <<Y
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: held, namespace: openfaas-fn}
            spec:
              selector: {matchLabels: {app: held}}
              template:
                metadata: {labels: {app: held}}
                spec:
                  nodeSelector: {kubernetes.io/hostname: one}
                  containers: [{name: held, image: "registry.invalid/held:1", imagePullPolicy: IfNotPresent}]
            Y
            install -d -o 10001 -m 0700 /var/lib/vfaas-gateway
            python3 - <<P
            import os, sqlite3, subprocess
            keep = sqlite3.connect("/var/lib/vfaas-gateway/gateway.db")
            keep.execute("pragma journal_mode=wal"); keep.execute("create table calls(id)"); keep.execute("insert into calls values(42)"); keep.commit()
            if os.fork() == 0:
                os.setsid()
                for fd in (0, 1, 2): os.dup2(os.open("/dev/null", os.O_RDWR), fd)
                open_db = sqlite3.connect("/var/lib/vfaas-gateway/gateway.db"); open_db.execute("select * from calls").fetchall()
                import time; time.sleep(600)
            os._exit(0)
            P
            """;

    @TempDir
    Path home;

    @Test
    void upgradeMoreServersBackupAndRestore() throws IOException {
        try (Testbed testbed = Testbed.withKubernetes()) {
            TestServer one = testbed.server("one");
            TestServer two = testbed.server("two");
            know(one, two);
            Testbed.Release release = testbed.release(OLD, NEW, BROKEN);

            // without a way out, as a user with sudo
            Path airgap = release.folder().resolve(OLD);
            passes(tool("up", "ops", one, "--stack", "none", "--k3s", OLD, "--airgap", airgap.toString()));
            assertThat(one.run("ls /var/lib/rancher/k3s/agent/images").out()).contains("k3s-airgap-images-amd64.tar");
            assertThat(tool("up", "ops", one, "--stack", "none").out()).contains("nothing to do");

            // a second server, as a user whose sudo wants a password
            passes(pat("node add", two, "--to", "pat@" + one.address(), "--server", "--mirror", release.url()));
            assertThat(names(one, "server")).containsExactlyInAnyOrder("one", "two");

            upgrades(one, two, release);
            aBrokenReleaseIsPutBack(one, release);

            Tool.Outcome joined = tool("down", "root", two, "--yes");
            assertThat(joined.exitCode()).as(joined.err()).isEqualTo(2);
            assertThat(joined.err()).contains("vfaas node remove");
            passes(tool("node remove", "root", two, "--from", "root@" + one.address(), "--yes"));
            assertThat(names(one, "server")).containsExactly("one");
            assertThat(tool("node remove", "root", one, "--from", "root@" + one.address(), "--yes")
                            .err())
                    .contains("last server");

            Path file = backup(one);
            one.close();
            two.close();
            restores(testbed.server("fresh"), file, release);
        }
    }

    private void upgrades(TestServer one, TestServer two, Testbed.Release release) {
        Tool.Outcome check = tool("upgrade", "root", one, "--check", "--k3s", NEW);
        assertThat(check.exitCode()).as(check.err()).isEqualTo(10);
        assertThat(check.out()).contains("one", "two", "to " + NEW);
        assertThat(tool("upgrade", "root", one, "--k3s", "v1.22.1+k3s1").err())
                .contains("minor version would be skipped");
        assertThat(tool("upgrade", "root", one, "--k3s", "v1.19.9+k3s1").err()).contains("cannot go back");

        passes(tool("upgrade", "root", one, "--k3s", NEW, "--mirror", release.url()));
        assertThat(one.run("ls /var/lib/vfaas").out()).doesNotContain("journal", "lock");
        assertThat(one.run(
                                "k3s kubectl get nodes -o 'jsonpath={range .items[*]}{.status.nodeInfo.kubeletVersion} {.spec.unschedulable};{end}'")
                        .out())
                .isEqualTo(NEW + " ;" + NEW + " ;");
        assertThat(one.run("k3s etcd-snapshot ls").out()).contains("vfaas-before-v1.20.2-k3s2");
        assertThat(tool("upgrade", "root", one, "--check", "--k3s", NEW).exitCode())
                .isZero();
        assertThat(tool("up", "ops", one, "--stack", "none").out()).contains("nothing to do");
        assertThat(two.run("/usr/local/bin/k3s --version").out()).contains(NEW);
    }

    private void aBrokenReleaseIsPutBack(TestServer one, Testbed.Release release) throws IOException {
        Path folder = release.folder().resolve(BROKEN);
        byte[] broken =
                "#!/bin/sh\n[ \"$1\" != --version ] || { echo 'k3s version v1.20.2+k3s3 (0)'; exit 0; }\necho 'level=fatal msg=\"broken\"' >&2; exit 1\n"
                        .getBytes(StandardCharsets.UTF_8);
        Files.write(folder.resolve("k3s"), broken);
        Files.writeString(folder.resolve("sha256sum-amd64.txt"), sha256(broken) + "  k3s\n");

        Tool.Outcome failed = tool("upgrade", "root", one, "--k3s", BROKEN, "--mirror", release.url(), "--no-drain");
        assertThat(failed.exitCode()).isEqualTo(7);
        assertThat(failed.err()).contains("broken", "K3s " + NEW + " was put back and runs again");
        assertThat(one.run("/usr/local/bin/k3s --version").out()).contains(NEW);
        // another try saves the datastore again
        assertThat(one.run("cat /var/lib/vfaas/state.json").out()).contains(NEW).doesNotContain("k3s.kept-for");
        passes(tool("up", "ops", one, "--stack", "none"));
    }

    private Path backup(TestServer one) throws IOException {
        one.run(FUNCTION).orFail("a function");
        one.await(
                "k3s kubectl -n openfaas-fn get deployment held -o 'jsonpath={.status.readyReplicas}'",
                "1"::equals,
                Duration.ofMinutes(2));
        Path file = home.resolve("kept.tar.gz");

        passes(tool("backup", "root", one, "-o", file.toString()));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(one.run("ls /var/lib/vfaas").out()).doesNotContain("backup.stage");
        assertThat(tool("backup", "root", one, "-o", file.toString()).err()).contains("is there already");

        Tool.Outcome refused = tool("restore", "root", one, file.toString());
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(refused.err()).contains("has a cluster already");

        Path cut = home.resolve("cut.tar.gz");
        byte[] whole = Files.readAllBytes(file);
        Files.write(cut, java.util.Arrays.copyOf(whole, whole.length / 2));
        assertThat(tool("restore", "root", one, cut.toString()).err()).contains("cut off");

        String token = one.run("cat /var/lib/rancher/k3s/server/token").out().strip();
        try (Stream<Path> logs = Files.walk(home.resolve(".local"))) {
            for (Path log : logs.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(log))
                        .as("%s", log)
                        .doesNotContain(token.substring(token.lastIndexOf(':') + 1));
            }
        }
        return file;
    }

    private void restores(TestServer fresh, Path file, Testbed.Release release) throws IOException {
        know(fresh);
        // Killed while the data are put back and while K3s is started on them, the same command finishes it.
        for (String step : List.of("restore", "k3s-service")) {
            killedAt(step, fresh, "restore", file.toString(), "--mirror", release.url());
        }
        passes(tool("restore", "root", fresh, file.toString(), "--mirror", release.url()));
        assertThat(fresh.run("k3s kubectl get nodes -o 'jsonpath={.items[*].metadata.name}'")
                        .out())
                .isEqualTo("one");
        assertThat(fresh.run("k3s kubectl -n openfaas-fn get deployment held -o 'jsonpath={.status.readyReplicas}'")
                        .out())
                .isEqualTo("1");
        assertThat(fresh.run("k3s kubectl -n openfaas-fn get secret key -o 'jsonpath={.data.key}' | base64 -d")
                        .out())
                .isEqualTo("kept");
        assertThat(fresh.run(
                                "stat -c '%u %a' /var/lib/vfaas-gateway; python3 -c 'import sqlite3; print(sqlite3.connect(\"/var/lib/vfaas-gateway/gateway.db\").execute(\"select id from calls\").fetchall())'")
                        .out())
                .isEqualTo("10001 700\n[(42,)]\n");
        assertThat(fresh.run("ls /var/lib/vfaas").out()).doesNotContain("restore.");
        Tool.Outcome status = tool("status", "root", fresh);
        assertThat(status.exitCode()).as(status.err()).isZero();
        passes(tool("up", "root", fresh, "--stack", "none"));
        assertThat(tool("up", "root", fresh, "--stack", "none").out()).contains("nothing to do");
    }

    private void killedAt(String step, TestServer server, String command, String... options) {
        Person.Started run = Person.whoKnowsThem(home, server)
                .start(
                        command,
                        Stream.concat(Stream.of(options), Stream.of("-o", "json"))
                                .toArray(String[]::new));
        boolean reached = run.until("step-started", "\"" + step + "\"");
        run.kill();
        assertThat(reached).as(run.said()).isTrue();
    }

    private List<String> names(TestServer of, String role) {
        return tool("node list", "root", of)
                .out()
                .lines()
                .skip(1)
                .map(line -> line.split(" +"))
                .filter(words -> words[1].equals(role))
                .map(words -> words[0])
                .toList();
    }

    private static void passes(Tool.Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }

    private void know(TestServer... servers) throws IOException {
        Path known = home.resolve(".ssh/known_hosts");
        Files.createDirectories(known.getParent());
        for (TestServer server : servers) {
            Files.writeString(
                    known,
                    server.knownHost() + "\n",
                    java.nio.file.StandardOpenOption.CREATE,
                    java.nio.file.StandardOpenOption.APPEND);
        }
    }

    private Tool.Outcome tool(String command, String user, TestServer server, String... options) {
        return new Tool(home).run(line(command, user, server, options));
    }

    private Tool.Outcome pat(String command, TestServer server, String... options) {
        String[] line = Stream.concat(
                        Stream.of(line(command, "pat", server, options)), Stream.of("--sudo-password-stdin"))
                .toArray(String[]::new);
        return new Tool(home)
                .input((TestServer.PASSWORD + "\n").getBytes(StandardCharsets.UTF_8))
                .run(line);
    }

    private static String[] line(String command, String user, TestServer server, String... options) {
        return Stream.of(
                        Stream.of(command.split(" ")),
                        Stream.of(user + "@" + server.address()),
                        Stream.of(options),
                        Stream.of("--identity", server.key().toString()))
                .flatMap(part -> part)
                .toArray(String[]::new);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
