package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemedyTest {
    /** Reasons as containerd 1.6, Kubernetes 1.20 and registries say them. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ErrImagePull: ... failed with status code [manifests latest]: 401 Unauthorized | vfaas registry login reg.example.com:5000 -u USER -n shop, then the same command again
            ImagePullBackOff: pull access denied, repository does not exist or may require authorization | vfaas registry login reg.example.com:5000 -u USER -n shop, then the same command again
            ErrImagePull: failed to resolve reference "reg.example.com:5000/x:1": reg.example.com:5000/x:1: not found | put the image there (vfaas push), or mend its name
            ErrImagePull: x509: certificate signed by unknown authority | every server must know the authority of reg.example.com:5000: its certificate into /usr/local/share/ca-certificates, update-ca-certificates, systemctl restart k3s
            ErrImagePull: http: server gave HTTP response to HTTPS client | tell every server that reg.example.com:5000 speaks plain http: a mirror in /etc/rancher/k3s/registries.yaml, systemctl restart k3s
            ErrImagePull: dial tcp: i/o timeout | vfaas describe hello -n shop
            FailedCreate: pods "x" is forbidden: exceeded quota: small | ask for less under limits and requests, or raise the quota: kubectl get resourcequota -n shop
            CrashLoopBackOff: ended with exit code 1, 3 restarts so far | vfaas logs hello -n shop --tail=false
            """)
    void everyReasonHasItsCommand(String reason, String next) {
        assertThat(Remedy.of(reason, "hello", "reg.example.com:5000/x:1", "shop"))
                .isEqualTo(next);
    }

    /** Whatever name a function was deployed with, its failure is told, not one of ours. */
    @Test
    void aNameThatIsNoneIsNamed() {
        String image = "Registry.example.com/Team/App:1";
        assertThat(Remedy.of("InvalidImageName: couldn't parse image name", "hello", image, null))
                .startsWith("mend the image's name")
                .contains("\"Team/App\" may hold lower-case letters");
        assertThat(Remedy.of("CrashLoopBackOff: ended with exit code 1", "hello", image, null))
                .isEqualTo("vfaas logs hello --tail=false");
    }
}
