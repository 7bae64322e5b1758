package dev.vfaas.provision.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.provision.backup.Restore.Standing;
import dev.vfaas.provision.facts.CapturedFacts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestoreTest {
    private static final Manifest MANIFEST = new Manifest(
            "1.0",
            "2026-01-01T00:00:00Z",
            "root@old",
            Map.of("k3s", "v1.34.3+k3s1", "architecture", "x86_64"),
            List.of(),
            Map.of());

    /** A restore that failed early is announced in the state, but the cluster that was made there later is not its to replace. */
    @ParameterizedTest
    @CsvSource({
        "root@old, true, restore, BEGUN",
        "root@old, true, restore-revive, BEGUN",
        "root@old, true, k3s-service, OCCUPIED",
        "root@old, true, none, OCCUPIED",
        "root@old, false, none, BEGUN",
        "root@other, true, restore, OCCUPIED",
        "root@other, false, none, FRESH",
    })
    void aClusterInUseIsNotTakenForARestoreThatWasCutOff(String from, boolean k3s, String left, Standing standing) {
        String kept = (k3s ? "k3s\n k3s version v1.34.3+k3s1\n" : "")
                + "state\n {\"values\":{\"restore.from\":\"" + from + "@2026-01-01T00:00:00Z\"}}\n"
                + (left.equals("none") ? "" : "journal\n {\"run\":\"r\",\"steps\":[\"" + left + "\"]}\n");
        Restore restore = new Restore(
                new ArchiveReader.Checked(Path.of("unused"), "", 1, MANIFEST, ""),
                "root@new",
                "new",
                Duration.ofHours(1),
                Duration.ofMinutes(1));
        assertThat(restore.standing(CapturedFacts.DEBIAN_12.with("dpkg\n", kept + "dpkg\n")))
                .isEqualTo(standing);
    }
}
