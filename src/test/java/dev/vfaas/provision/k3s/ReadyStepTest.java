package dev.vfaas.provision.k3s;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadyStepTest {
    /** kubectl refuses a template with a line break between quotes: "unterminated quoted string". */
    private static final String K3S = """
            #!/bin/sh
            case "$*" in *'{"\\n"}'*) ;; *) echo "unterminated quoted string" >&2; exit 1 ;; esac
            echo "Node//$(uname -n | tr A-Z a-z)=True"
            echo "Deployment/kube-system/coredns=True"
            echo "ServiceAccount/default/default="
            """;

    @TempDir
    Path folder;

    private String glance(String parts) throws Exception {
        Path k3s = folder.resolve("k3s");
        Files.writeString(k3s, K3S);
        Files.setPosixFilePermissions(k3s, PosixFilePermissions.fromString("rwx------"));
        ProcessBuilder sh = new ProcessBuilder("sh", "-c", ReadyStep.GLANCE, "sh", "0", parts);
        sh.environment().put("PATH", folder + ":" + System.getenv("PATH"));
        Process process = sh.redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes()).strip();
    }

    @Test
    void oneCallTellsThatAllIsReady() throws Exception {
        assertThat(glance("coredns")).isEqualTo("ready");
        assertThat(glance("coredns traefik")).isEmpty();
    }
}
