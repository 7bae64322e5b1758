package dev.vfaas.installed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No network, no interpreter, no wheel, no space, no right password: what a person reads then, and that what ran goes on running. */
class WhenThingsAreMissingIT {
    private Path folder;
    private Person person;

    @BeforeEach
    void sitDown(@TempDir Path folder) {
        this.folder = folder;
        person = new Person(folder);
    }

    @AfterEach
    void leave() {
        person.close();
    }

    private void runsSteady() {
        person.startsGateway();
        person.types("new", "--lang", "python3", "steady").succeeded();
        person.writes("steady/handler.py", "def handle(req):\n    return 'steady'\n");
        person.types("up").succeeded();
    }

    private void steadyStillAnswers() {
        assertThat(person.answer("steady", "")).isEqualTo("steady");
    }

    @Test
    void noNetwork() {
        runsSteady();
        person.writes("steady/requirements.txt", "a-package-not-cached-anywhere==9.9.9\n");
        person.with("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
                .with("UV_INDEX_URL", "http://127.0.0.1:9/simple")
                .with("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
                .with("PIP_RETRIES", "0")
                .with("UV_HTTP_RETRIES", "0");
        person.types("up").exitedWith(1).errContains("steady", "a-package-not-cached-anywhere");
        steadyStillAnswers();
    }

    @Test
    void noBaseImageReachable() {
        runsSteady();
        person.with("VFAAS_BASE_REGISTRY", "127.0.0.1:9");
        person.types("build", "--platform", "linux/amd64").exitedWith(1).errContains("127.0.0.1:9");
        steadyStillAnswers();
    }

    @Test
    void wrongPassword() {
        runsSteady();
        String right = person.password();
        person.typesIn(
                        person.work,
                        "wrong".getBytes(StandardCharsets.UTF_8),
                        "login",
                        "--password-stdin",
                        "-g",
                        person.url())
                .exitedWith(4)
                .errContains("password");
        person.types("list").succeeded();
        person.types("logout", "-g", person.url()).succeeded();
        person.types("list", "-g", person.url()).exitedWith(4).errContains("login");
        Outcome login = person.typesIn(
                        person.work,
                        right.getBytes(StandardCharsets.UTF_8),
                        "login",
                        "--password-stdin",
                        "-g",
                        person.url())
                .succeeded();
        assertThat(login.out() + login.err()).doesNotContain(right);
        person.types("list", "-g", person.url()).succeeded().outContains("steady");
    }

    @Test
    void noInterpreter() throws IOException {
        runsSteady();
        person.types("new", "--lang", "node22", "modern", "--append", "stack.yml")
                .succeeded();
        Path bare = Files.createDirectories(folder.resolve("bare-path"));
        for (String tool : new String[] {"sh", "setsid", "env"}) {
            Files.createSymbolicLink(bare.resolve(tool), Path.of("/usr/bin").resolve(tool));
        }
        person.writes("modern/package.json", "{\"dependencies\": {\"left-pad\": \"1.3.0\"}}\n");
        person.with("PATH", bare.toString());
        person.types("build", "--filter", "modern").exitedWith(1).errContains("modern", "npm");
        person.with("PATH", System.getenv("PATH"));
        steadyStillAnswers();
    }

    @Test
    void aPackageWithoutAWheel() throws IOException {
        runsSteady();
        Path index = Files.createDirectories(folder.resolve("index"));
        Files.write(index.resolve("onlysource-1.0.tar.gz"), sourceDistribution("onlysource", "1.0"));
        person.writes("steady/requirements.txt", "onlysource==1.0\n");
        person.with("PIP_NO_INDEX", "1")
                .with("PIP_FIND_LINKS", index.toString())
                .with("UV_NO_INDEX", "1")
                .with("UV_FIND_LINKS", index.toString())
                .with("UV_OFFLINE", "1");
        person.types("build", "--platform", "linux/arm64").exitedWith(1).errContains("onlysource", "wheel");
        steadyStillAnswers();
    }

    private static byte[] sourceDistribution(String name, String version) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            String root = name + "-" + version + "/";
            entry(tar, root + "PKG-INFO", "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n");
            entry(
                    tar,
                    root + "setup.py",
                    "from setuptools import setup\nsetup(name='" + name + "', version='" + version + "')\n");
        }
        return bytes.toByteArray();
    }

    private static void entry(TarArchiveOutputStream tar, String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    @Test
    void aFullDisk() throws IOException {
        Path small = Files.createDirectories(folder.resolve("small"));
        Outcome mounted = person.runs(folder, "mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", small.toString());
        if (System.getenv("CI") == null) {
            assumeThat(mounted.exitCode())
                    .as("a small tmpfs can be mounted (needs root)")
                    .isZero();
        }
        assertThat(mounted.exitCode()).as(mounted.transcript()).isZero();
        try {
            person.with("XDG_DATA_HOME", small.toString());
            runsSteady();
            try (var big = new java.io.RandomAccessFile(
                    person.work.resolve("steady/ballast.bin").toFile(), "rw")) {
                byte[] noise = new byte[1 << 20];
                new java.util.Random(1).nextBytes(noise);
                for (int i = 0; i < 24; i++) {
                    big.write(noise);
                }
            }
            person.types("up").exitedWith(1).errContains("space");
            steadyStillAnswers();
            Files.delete(person.work.resolve("steady/ballast.bin"));
            person.writes("steady/handler.py", "def handle(req):\n    return 'roomy'\n");
            person.types("up").succeeded();
            assertThat(person.answer("steady", "")).isEqualTo("roomy");
        } finally {
            person.close();
            person.runs(folder, "umount", "-l", small.toString());
        }
    }

    @Test
    void malformedStackTouchesNothing() {
        runsSteady();
        person.writes(
                "stack.yml",
                "version: 1.0\nprovider:\n  name: openfaas\nfunctions:\n  steady:\n    lang: python3\n    handlr: ./steady\n    image: steady:latest\n");
        person.types("up").exitedWith(2).errContains("stack.yml:7:5", "handlr", "handler");
        steadyStillAnswers();
    }
}
