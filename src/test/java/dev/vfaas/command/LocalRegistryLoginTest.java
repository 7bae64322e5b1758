package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.image.registry.Credential;
import dev.vfaas.image.registry.CredentialFiles;
import dev.vfaas.support.DockerRegistry;
import dev.vfaas.support.Tool;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vfaas registry login --local} against a real registry with a password, over TLS and without. */
class LocalRegistryLoginTest {
    private static final String PASSWORD = "open sesame";

    @TempDir
    Path home;

    private Tool.Outcome types(String password, String... words) {
        return new Tool(home)
                .with("PATH", home + ":" + Objects.requireNonNull(System.getenv("PATH")))
                .with("SSL_CERT_FILE", home.resolve("registry/authority.crt").toString())
                .input(password.getBytes(StandardCharsets.UTF_8))
                .run(words);
    }

    private Path registryFolder() throws IOException {
        return Files.createDirectories(home.resolve("registry"));
    }

    @Test
    void aLoginIsTriedAndKeptWhereDockerKeepsIt() throws Exception {
        Path file = Files.createDirectories(home.resolve(".docker")).resolve("config.json");
        Files.writeString(file, "{\"auths\":{\"other.example.com\":{\"auth\":\"YTpi\"}},\"detachKeys\":\"ctrl-x\"}");
        try (DockerRegistry registry = DockerRegistry.withLogin(registryFolder(), "me", PASSWORD)) {
            Tool.Outcome wrong = types("wrong", "registry", "login", registry.host(), "--local", "-u", "me", "-s");
            assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(4);
            assertThat(wrong.err()).contains("refuses the user name me with this password; nothing was kept");
            assertThat(Files.readString(file)).doesNotContain(registry.host());

            Tool.Outcome right = types(PASSWORD, "registry", "login", registry.host(), "--local", "-u", "me", "-s");
            assertThat(right.exitCode()).as(right.err()).isZero();
            assertThat(right.err()).doesNotContain(PASSWORD);
            assertThat(new CredentialFiles(Map.of(), home).find(registry.host(), "team/x"))
                    .get()
                    .isInstanceOfSatisfying(Credential.Basic.class, login -> {
                        assertThat(login.user()).isEqualTo("me");
                        assertThat(login.password().revealText()).isEqualTo(PASSWORD);
                    });
            assertThat(Files.readString(file)).contains("other.example.com").contains("ctrl-x");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");

            assertThat(types("", "registry", "logout", registry.host(), "--local")
                            .exitCode())
                    .isZero();
            assertThat(Files.readString(file)).doesNotContain(registry.host()).contains("other.example.com");
            assertThat(types("", "registry", "logout", registry.host(), "--local")
                            .exitCode())
                    .isEqualTo(1);
        }
    }

    @Test
    void aRegistryOfTheCompanysOwnAuthorityIsBelieved() throws Exception {
        try (DockerRegistry registry = DockerRegistry.withTls(registryFolder(), address(), "me", PASSWORD)) {
            Tool.Outcome stranger = new Tool(home)
                    .input(PASSWORD.getBytes(StandardCharsets.UTF_8))
                    .run("registry", "login", registry.host(), "--local", "-u", "me", "-s");
            assertThat(stranger.exitCode()).as(stranger.err()).isEqualTo(1);
            assertThat(stranger.err())
                    .contains("its certificate is signed by nobody")
                    .contains("SSL_CERT_FILE=FILE");

            Tool.Outcome kept = types(PASSWORD, "registry", "login", registry.host(), "--local", "-u", "me", "-s");
            assertThat(kept.exitCode()).as(kept.err()).isZero();

            Files.writeString(DockerRegistry.authority(registryFolder()), "no certificate");
            Tool.Outcome nonsense = types(PASSWORD, "registry", "login", registry.host(), "--local", "-u", "me", "-s");
            assertThat(nonsense.exitCode()).as(nonsense.err()).isEqualTo(2);
            assertThat(nonsense.err()).contains("SSL_CERT_FILE names", "authority.crt");
        }
    }

    /** An address of this machine that is not loopback, where TLS is spoken. */
    private static String address() throws IOException {
        return NetworkInterface.networkInterfaces()
                .filter(network -> !network.getName().startsWith("vtb-")) // of the test-bed: it may go away
                .flatMap(NetworkInterface::inetAddresses)
                .filter(found -> found instanceof Inet4Address && !found.isLoopbackAddress())
                .map(InetAddress::getHostAddress)
                .findFirst()
                .orElseGet(() -> Assumptions.abort("this machine has no address but loopback"));
    }

    @Test
    void aCredentialHelperIsGivenTheLogin() throws Exception {
        Path helper = Files.writeString(home.resolve("docker-credential-box"), """
                #!/bin/sh
                case $1 in
                  store) cat >"${0%%/*}/stored" ;;
                  get) [ -f "${0%%/*}/stored" ] && cat "${0%%/*}/stored" ;;
                  erase) rm "${0%%/*}/stored" ;;
                esac
                """.formatted());
        Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path file = Files.createDirectories(home.resolve(".docker")).resolve("config.json");
        Files.writeString(file, "{\"credsStore\":\"box\"}");
        try (DockerRegistry registry = DockerRegistry.withLogin(registryFolder(), "me", PASSWORD)) {
            Tool.Outcome kept = types(PASSWORD, "registry", "login", registry.host(), "--local", "-u", "me", "-s");
            assertThat(kept.exitCode()).as(kept.err()).isZero();
            assertThat(kept.err()).contains("docker-credential-box");
            assertThat(Files.readString(home.resolve("stored"))).contains(registry.host(), PASSWORD);
            assertThat(Files.readString(file)).doesNotContain(registry.host());

            assertThat(types("", "registry", "logout", registry.host(), "--local")
                            .exitCode())
                    .isZero();
            assertThat(home.resolve("stored")).doesNotExist();
        }
    }
}
