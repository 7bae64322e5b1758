package dev.vfaas.installed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images with other people's tools: skopeo against the gateway's store, vfaas against a real docker-registry. */
class RegistriesIT {
    private Person person;
    private Process registry;
    private int registryPort;

    @BeforeEach
    void sitDown(@TempDir Path folder) throws IOException {
        person = new Person(folder);
        registryPort = Person.freePort();
        Path config = Files.writeString(
                folder.resolve("registry.yml"), """
                version: 0.1
                storage:
                  filesystem:
                    rootdirectory: %s
                http:
                  addr: 127.0.0.1:%d
                """.formatted(folder.resolve("registry"), registryPort));
        registry = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("registry.log").toFile())
                .start();
        Person.eventually("docker-registry answers", () -> {
            try {
                return ((HttpURLConnection) URI.create("http://127.0.0.1:" + registryPort + "/v2/")
                                        .toURL()
                                        .openConnection())
                                .getResponseCode()
                        == 200;
            } catch (IOException e) {
                return false;
            }
        });
    }

    @AfterEach
    void leave() {
        person.close();
        registry.destroy();
    }

    @Test
    void skopeoCopiesInAndOutOfTheGatewaysStore() {
        person.startsGateway();
        person.types("new", "--lang", "python3", "traveller").succeeded();
        person.writes("traveller/handler.py", "def handle(req):\n    return 'arrived'\n");
        person.types("up").succeeded();

        String login = "admin:" + person.password();
        String store = "docker://127.0.0.1:" + person.port + "/";
        Path layout = person.work.resolve("layout");
        person.runs(
                        person.work,
                        "skopeo",
                        "copy",
                        "--src-tls-verify=false",
                        "--src-creds",
                        login,
                        store + "traveller:latest",
                        "oci:" + layout + ":latest")
                .succeeded();
        person.runs(
                        person.work,
                        "skopeo",
                        "copy",
                        "--dest-tls-verify=false",
                        "--dest-creds",
                        login,
                        "oci:" + layout + ":latest",
                        store + "copies/traveller:v2")
                .succeeded();
        person.types("deploy", "--image", "copies/traveller:v2", "--name", "second")
                .succeeded();
        assertThat(person.answer("second", "")).isEqualTo("arrived");
        assertThat(person.runs(
                                person.work,
                                "skopeo",
                                "inspect",
                                "--tls-verify=false",
                                "--no-creds",
                                store + "traveller:latest")
                        .exitCode())
                .as("without credentials the store is closed")
                .isNotZero();
    }

    @Test
    void aRealRegistryReceivesAMultiArchitecturePush() throws IOException {
        String base = person.work.resolve("base").toString();
        Files.createDirectories(person.work.resolve("base/etc"));
        person.writes("base/etc/os-release", "NAME=test\n");
        for (String arch : List.of("amd64", "arm64")) {
            person.runs(
                            person.work,
                            "sh",
                            "-c",
                            "c=$(buildah from --arch " + arch + " scratch) && buildah copy -q $c " + base
                                    + " / && buildah config --arch " + arch + " $c && buildah commit -q $c oci:"
                                    + person.work + "/" + arch + " && buildah rm $c")
                    .succeeded();
        }
        person.runs(
                        person.work,
                        "sh",
                        "-c",
                        "buildah manifest create m && buildah manifest add m oci:amd64 && buildah manifest add m oci:arm64"
                                + " && buildah manifest push --all --tls-verify=false m docker://127.0.0.1:"
                                + registryPort + "/library/python:3.12-slim; s=$?;"
                                + " buildah manifest rm m; exit $s")
                .succeeded();

        person.types("new", "--lang", "python3", "twofold").succeeded();
        String image = "127.0.0.1:" + registryPort + "/team/twofold:1.0";
        Path stack = person.work.resolve("stack.yml");
        Files.writeString(stack, Person.read(stack).replaceAll("image: .*", "image: " + image));
        person.with("VFAAS_BASE_REGISTRY", "127.0.0.1:" + registryPort);
        String printed = person.types("build", "--platform", "linux/amd64,linux/arm64", "-o", "name")
                .succeeded()
                .out()
                .strip();
        assertThat(printed).contains("@sha256:");

        JsonNode index = Person.json(
                person.runs(person.work, "skopeo", "inspect", "--raw", "--tls-verify=false", "docker://" + image)
                        .succeeded()
                        .out());
        assertThat(index.path("mediaType").asText()).isEqualTo("application/vnd.oci.image.index.v1+json");
        assertThat(StreamSupport.stream(index.path("manifests").spliterator(), false)
                        .map(entry ->
                                entry.path("platform").path("architecture").asText()))
                .containsExactlyInAnyOrder("amd64", "arm64");
        person.runs(
                        person.work,
                        "skopeo",
                        "copy",
                        "--all",
                        "--src-tls-verify=false",
                        "docker://" + image,
                        "oci:" + person.work.resolve("pulled") + ":x")
                .succeeded();
    }
}
