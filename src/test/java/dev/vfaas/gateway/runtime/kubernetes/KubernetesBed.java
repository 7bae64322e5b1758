package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.support.DockerRegistry;
import dev.vfaas.testbed.Ran;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A one-node Kubernetes of the test-bed whose pods this machine reaches, with the image under test on its node. */
final class KubernetesBed implements AutoCloseable {
    /** The image of {@code src/test/resources/kubernetes/function}. */
    static final String IMAGE = "docker.io/test/function:1";

    private static final String VERSION = "v1.20.2+k3s1";
    private static final Path BASE = Path.of(System.getProperty("vfaas.basedir", "."));
    private static final Duration LIMIT = Duration.ofMinutes(3);

    final TestServer server;
    final Path kubeconfig;
    /** A registry that only {@code reader} with the password {@code open sesame} may read; it has the image under test, see {@link #privateImage}. */
    final DockerRegistry registry;

    private final Testbed testbed;
    private final String pods;

    /** @param folder for the kubeconfig and the image */
    KubernetesBed(Path folder) throws IOException {
        testbed = Testbed.withKubernetes();
        server = testbed.server("kube");
        String url = testbed.release(VERSION).url();
        pods = "10." + (100 + Integer.parseInt(server.address().split("\\.")[2]))
                + ".0.0/16"; // others may use K3s's own
        String world = server.address().replaceFirst("[0-9]+$", "1"); // this machine, as servers see it
        registry = DockerRegistry.withLogin(
                Files.createDirectories(folder.resolve("registry")), world, "reader", "open sesame");
        server.run("mkdir -p /var/lib/rancher/k3s/agent/images /etc/rancher/k3s"
                        + " && echo 'cluster-cidr: " + pods + "' >/etc/rancher/k3s/config.yaml"
                        + " && printf 'mirrors:\\n  \"" + registry.host() + "\":\\n    endpoint: [\"http://"
                        + registry.host()
                        + "\"]\\n' >/etc/rancher/k3s/registries.yaml"
                        + " && cd /var/lib/rancher/k3s/agent/images"
                        + " && curl -sfLO '" + url + "/" + VERSION + "/k3s-airgap-images-amd64.tar'"
                        + " && curl -sfL " + url + "/install.sh | GITHUB_URL=" + url + " INSTALL_K3S_VERSION=" + VERSION
                        + " sh -")
                .orFail("install");
        run("ip", "route", "replace", pods, "via", server.address());
        kubeconfig = folder.resolve("kubeconfig");
        Files.writeString(
                kubeconfig,
                server.run("cat /etc/rancher/k3s/k3s.yaml")
                        .orFail("kubeconfig")
                        .out()
                        .replace("127.0.0.1", server.address()));
        Path root = Files.createDirectories(folder.resolve("root"));
        Path go = Path.of("/usr/lib/go-1.19/bin/go");
        Ran.of(
                        List.of(
                                Files.isExecutable(go) ? go.toString() : "go",
                                "build",
                                "-ldflags",
                                "-s -w",
                                "-o",
                                root.resolve("function").toString(),
                                BASE.resolve("src/test/resources/kubernetes/function/main.go")
                                        .toAbsolutePath()
                                        .toString()),
                        Map.of("CGO_ENABLED", "0", "GO111MODULE", "off"),
                        LIMIT)
                .orFail("build the function");
        run(
                BASE.resolve("scripts/testbed/image-archive").toString(),
                IMAGE,
                root.toString(),
                folder.resolve("image.tar").toString(),
                "/function");
        DockerRegistry.runs(
                "skopeo",
                "copy",
                "-q",
                "--dest-tls-verify=false",
                "--dest-creds",
                "reader:open sesame",
                "docker-archive:" + folder.resolve("image.tar"),
                "docker://" + privateImage());
        server.upload(folder.resolve("image.tar"), "/tmp/image.tar");
        server.await(
                "k3s ctr images import /tmp/image.tar && k3s kubectl get nodes",
                nodes -> nodes.contains(" Ready"),
                LIMIT);
    }

    private static void run(String... command) {
        Ran.of(List.of(command), Map.of(), LIMIT).orFail(command[0]);
    }

    /** The image under test as the registry names it; it is not on the node. */
    String privateImage() {
        return registry.host() + "/private/function:1";
    }

    /** Runs kubectl on the node. */
    String kubectl(String arguments) {
        return server.run("k3s kubectl " + arguments).orFail(arguments).out();
    }

    @Override
    public void close() {
        registry.close();
        Ran.of(List.of("ip", "route", "delete", pods), Map.of(), LIMIT);
        testbed.close();
    }
}
