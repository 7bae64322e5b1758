package dev.vfaas.provision.k3s;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistriesStepTest {
    @TempDir
    Path folder;

    private String password(String text) throws Exception {
        Path file = folder.resolve("registries.yaml");
        Files.writeString(file, text);
        Process process = new ProcessBuilder(
                        "sh", "-c", RegistriesStep.PASSWORD.replace(RegistriesStep.PATH, file.toString()))
                .redirectErrorStream(true)
                .start();
        return new String(process.getInputStream().readAllBytes());
    }

    @Test
    void otherRegistriesPasswordsAreLeftAlone() throws Exception {
        assertThat(password("""
                mirrors:
                  vfaas.internal:
                    endpoint:
                    - "http://10.43.0.80:8080"
                configs:
                  "registry.example.com":
                    auth:
                      username: me
                      password: mine
                  "10.43.0.80:8080":
                    # for nodes
                    auth:
                      username: node

                      password: "s3cret"
                  other.example.com:
                    auth:
                      username: me
                      password: other
                """)).isEqualTo("s3cret");
    }

    @Test
    void anEntryWithoutALoginDoesNotLendTheNextOnes() throws Exception {
        assertThat(password("""
                configs:
                  "10.43.0.80:8080":
                    # nothing yet
                    tls:
                      insecure_skip_verify: true
                  other.example.com:
                    auth:
                      password: other
                """)).isEmpty();
    }
}
