package dev.vfaas.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job: from an empty folder to a function that answers. */
class FirstFunctionIT {
    private Person person;

    @BeforeEach
    void sitDown(@TempDir Path folder) {
        person = new Person(folder);
    }

    @AfterEach
    void leave() {
        person.close();
    }

    @Test
    void newUpInvokeAsTheArticleShows() throws Exception {
        person.startsGateway();
        person.types("new", "--lang", "python3", "image-resizer").succeeded();
        assertThat(person.work.resolve("image-resizer/handler.py")).exists();
        assertThat(person.work.resolve("image-resizer/requirements.txt")).exists();
        assertThat(person.work.resolve("stack.yml")).exists();

        person.types("up").succeeded();
        person.types("list").succeeded().outContains("image-resizer");
        person.types("describe", "image-resizer").succeeded().outContains("Ready");
        person.typesIn(person.work, "hello".getBytes(StandardCharsets.UTF_8), "invoke", "image-resizer")
                .succeeded();
        person.types("ready", "image-resizer").succeeded();

        Path login = person.home.resolve(".openfaas/config.yml");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(login)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(person.gatewayData().resolve("password"))))
                .isEqualTo("rw-------");

        person.types("remove", "image-resizer").succeeded();
        assertThat(person.types("list", "-o", "name").succeeded().out()).isBlank();
    }

    @Test
    void editedHandlerIsServedAfterUp() {
        person.startsGateway();
        person.types("new", "--lang", "python3", "greeter").succeeded();
        person.writes("greeter/handler.py", "def handle(req):\n    return 'one ' + req\n");
        person.types("up").succeeded();
        assertThat(person.answer("greeter", "x")).isEqualTo("one x");
        person.writes("greeter/handler.py", "def handle(req):\n    return 'two ' + req\n");
        person.types("up").succeeded();
        assertThat(person.answer("greeter", "x")).isEqualTo("two x");
    }

    @Test
    void imageResizerTurnsAPhotoIntoAThumbnail() throws Exception {
        person.startsGateway();
        Path example = Person.PROJECT.resolve("examples/image-resizer");
        person.typesIn(example, new byte[0], "up", "--gateway", person.url()).succeeded();
        byte[] photo = Files.readAllBytes(example.resolve("photo.jpg"));
        byte[] thumb = person.typesIn(example, photo, "invoke", "image-resizer", "--gateway", person.url())
                .succeeded()
                .stdout();
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(thumb));
        assertThat(picture.getWidth()).isEqualTo(128);
        assertThat(picture.getHeight()).isEqualTo(128);

        assertThat(person.calls("image-resizer", "not a picture".getBytes(StandardCharsets.UTF_8))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void articleStackDeploysVerbatimAndScalesFromZeroToFifteen() throws Exception {
        person.startsGateway();
        for (String file : new String[] {"stack.yml", "image-resizer/handler.py", "image-resizer/requirements.txt"}) {
            person.writes(
                    file,
                    Person.read(
                            Person.PROJECT.resolve("src/test/resources/article").resolve(file)));
        }
        person.types("up", "--gateway", person.url()).succeeded();
        byte[] photo = Files.readAllBytes(Person.PROJECT.resolve("examples/image-resizer/photo.jpg"));
        assertThat(new String(person.calls("image-resizer", photo).body(), StandardCharsets.UTF_8))
                .contains("Error processing image");

        person.scales("image-resizer", 15);
        Person.eventually(
                "15 replicas",
                () -> person.status("image-resizer").path("availableReplicas").asInt() == 15);
        person.scales("image-resizer", 0);
        Person.eventually(
                "no replica",
                () -> person.status("image-resizer").path("availableReplicas").asInt() == 0);
        assertThat(person.answer("image-resizer", "text")).contains("Error processing image");
        assertThat(person.status("image-resizer").path("availableReplicas").asInt())
                .isPositive();
    }
}
