package dev.vfaas.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.DockerRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The test-bed itself: what the tests of provisioning rely on. */
class TestbedIT {
    private static final String VERSION = "v1.20.2+k3s1";

    @Test
    void serversAreReachedFromTheLaptopAndFromEachOther() {
        try (Testbed testbed = Testbed.open()) {
            TestServer one = testbed.server("one");
            TestServer two = testbed.server("two", "600M");

            assertThat(one.run("hostname").out()).isEqualTo("one\n");
            assertThat(two.run("hostname; df --output=size -m / | tail -1").out())
                    .containsSubsequence("two", "600");
            assertThat(one.fingerprint()).startsWith("SHA256:").isNotEqualTo(two.fingerprint());
            assertThat(one.run("timeout 5 bash -c 'head -c 4 </dev/tcp/" + two.address() + "/22'")
                            .out())
                    .isEqualTo("SSH-");
            assertThat(one.run("ping -c 1 -W 5 " + two.address6()).exitCode()).isZero();
            assertThat(one.run("systemctl is-system-running --wait").out()).isEqualTo("running\n");
        }
    }

    @Test
    void usersHaveTheRightsTheirNamesStandFor() {
        try (Testbed testbed = Testbed.open()) {
            TestServer server = testbed.server("users");

            assertThat(server.runAs("ops", "sudo -n id -u").out()).isEqualTo("0\n");
            assertThat(server.runAs("pat", "sudo -n id -u").exitCode()).isEqualTo(1);
            assertThat(server.runAs("pat", "echo '" + TestServer.PASSWORD + "' | sudo -S -p '' id -u")
                            .out())
                    .isEqualTo("0\n");
            assertThat(server.runAs("guest", "echo '" + TestServer.PASSWORD + "' | sudo -S -p '' id -u")
                            .exitCode())
                    .isEqualTo(1);
        }
    }

    @Test
    void aCutCableLosesPacketsAndARebootKeepsTheDisk() {
        try (Testbed testbed = Testbed.open()) {
            TestServer server = testbed.server("cable");
            server.run("touch /root/kept /run/lost").orFail("touch");

            server.cut();
            assertThat(server.run("true").exitCode()).isEqualTo(255);
            server.mend();
            assertThat(server.await("true", out -> true, Duration.ofMinutes(1)).exitCode())
                    .isZero();

            server.reboot();
            assertThat(server.run("ls /root/kept /run/lost").out()).isEqualTo("/root/kept\n");
        }
    }

    @Test
    void theInstallerStartsAClusterThatRunsAnImageMadeOnTheSpot(@TempDir Path folder) throws IOException {
        try (Testbed testbed = Testbed.withKubernetes()) {
            TestServer server = testbed.server("cluster");
            Testbed.Release release = testbed.release(VERSION);

            server.run("curl -sf %s/install.sh | GITHUB_URL=%s INSTALL_K3S_VERSION=%s sh -"
                            .formatted(release.url(), release.url(), VERSION))
                    .orFail("install.sh");
            server.await("k3s kubectl get nodes --no-headers", out -> out.contains(" Ready "), Duration.ofMinutes(3));
            assertThat(server.run("k3s --version").out()).contains(VERSION);
            assertThat(server.run("stat -c '%a %U' /etc/rancher/k3s/k3s.yaml").out())
                    .isEqualTo("600 root\n");

            server.upload(hello(folder), "/root/hello.tar");
            server.run("k3s ctr images import /root/hello.tar").orFail("import");
            server.await("k3s kubectl get serviceaccount default", out -> true, Duration.ofMinutes(1));
            server.run("k3s kubectl run hello --image=docker.io/test/hello:1 --image-pull-policy=Never --restart=Never")
                    .orFail("run");
            server.await("k3s kubectl logs hello", out -> out.equals("hello from a pod\n"), Duration.ofMinutes(2));

            server.run("k3s-uninstall.sh").orFail("uninstall");
            assertThat(server.run(
                                    "ls -d /etc/rancher /var/lib/rancher /var/lib/kubelet /usr/local/bin/* /etc/systemd/system/k3s*")
                            .out())
                    .isEmpty();
            assertThat(server.run("pgrep -f containerd-shim").exitCode()).isEqualTo(1);
        }
    }

    /** A container image of one static program. */
    private static Path hello(Path folder) throws IOException {
        Path source = folder.resolve("hello.c");
        Files.writeString(source, "#include <stdio.h>\nint main(void) { puts(\"hello from a pod\"); return 0; }\n");
        Path root = Files.createDirectory(folder.resolve("root"));
        DockerRegistry.runs(
                "gcc", "-static", "-Os", "-s", "-o", root.resolve("hello").toString(), source.toString());
        Path archive = folder.resolve("hello.tar");
        Path script = Path.of(System.getProperty("vfaas.basedir", "."), "scripts", "testbed", "image-archive");
        DockerRegistry.runs(
                "python3", script.toString(), "docker.io/test/hello:1", root.toString(), archive.toString(), "/hello");
        return archive;
    }
}
