package dev.vfaas.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same inputs give the same image, wherever and whenever it is built. */
class ImageDigestTest {
    /** What the workshop's function is on any machine. It changes only with the inputs or with the way images are made; the latter is a decision. */
    private static final String DIGEST = "sha256:d5a98d8a113dd58463c1c75f6f537a57faaa42ce1e00750ce6e37b7e8d460266";

    private static final Platform HOST = new Platform("linux", "amd64", true);

    @Test
    void isThisOne(@TempDir Path folder) throws Exception {
        Workshop workshop = new Workshop(folder);
        assertThat(workshop.builds(false, workshop.function("shout", "shout:1", HOST))
                        .digest())
                .isEqualTo(DIGEST);
    }

    @Test
    void doesNotDependOnTimesNorOnWhereFilesLie(@TempDir Path here, @TempDir Path there) throws Exception {
        Workshop one = new Workshop(here);
        Workshop other = new Workshop(there);
        Files.setLastModifiedTime(
                there.resolve("shout/handler.sh"), FileTime.from(Instant.parse("2001-02-03T04:05:06Z")));
        assertThat(other.builds(false, other.function("shout", "elsewhere/shout:2", HOST))
                        .digest())
                .isEqualTo(one.builds(false, one.function("shout", "shout:1", HOST))
                        .digest());
    }

    @Test
    void dependsOnContentModeNameAndPlatform(@TempDir Path folder) throws Exception {
        Workshop workshop = new Workshop(folder);
        String before = digest(workshop, HOST);
        assertThat(digest(workshop, new Platform("linux", "arm64", true))).isNotEqualTo(before);
        Path handler = workshop.write("shout/handler.sh", "tr A-Z a-z\n");
        String changed = digest(workshop, HOST);
        assertThat(changed).isNotEqualTo(before);
        assertThat(handler.toFile().setExecutable(true)).isTrue();
        assertThat(digest(workshop, HOST)).isNotEqualTo(changed);
        assertThat(handler.toFile().setExecutable(false)).isTrue();
        assertThat(digest(workshop, HOST)).isEqualTo(changed);
        workshop.write("shout/handler.sh", "tr a-z A-Z\n");
        assertThat(digest(workshop, HOST)).isEqualTo(before);
        workshop.write("shout/packages.txt", "left-pad 1.3.1\n");
        assertThat(digest(workshop, HOST)).isNotEqualTo(before);
    }

    private static String digest(Workshop workshop, Platform platform) throws InterruptedException {
        return workshop.builds(false, workshop.function("shout", "shout:1", platform))
                .digest();
    }
}
