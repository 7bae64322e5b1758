package dev.vfaas.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.image.layer.LayerEntry;
import dev.vfaas.support.DockerRegistry;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tags from a real git repository. */
class TagModeTest {
    private static final ImageReference IMAGE = ImageReference.parse("ghcr.io/me/x:1.0");

    @TempDir
    Path folder;

    private String git(String... arguments) {
        String[] command = new String[arguments.length + 7];
        String[] start = {"git", "-C", folder.toString(), "-c", "user.name=n", "-c", "user.email=e@example.com"};
        System.arraycopy(start, 0, command, 0, start.length);
        System.arraycopy(arguments, 0, command, start.length, arguments.length);
        return DockerRegistry.runs(command).strip();
    }

    private String tag(String mode) {
        return TagMode.parse(mode)
                .apply(IMAGE, folder, () -> List.of(new LayerEntry(folder, "a", false, 1, "00ff")))
                .toString();
    }

    @Test
    void comesFromGit() {
        git("init", "-q", "-b", "feature/Ünicode_#7");
        git("commit", "-q", "--allow-empty", "-m", "one");
        String commit = git("rev-parse", "--short", "HEAD");
        assertThat(tag("sha")).isEqualTo("ghcr.io/me/x:1.0-" + commit);
        assertThat(tag("branch")).isEqualTo("ghcr.io/me/x:1.0-feature-nicode_-7-" + commit);
        assertThat(tag("describe")).isEqualTo("ghcr.io/me/x:1.0-" + commit);
        git("tag", "v2.1");
        git("commit", "-q", "--allow-empty", "-m", "two");
        assertThat(tag("describe")).isEqualTo("ghcr.io/me/x:1.0-v2.1-1-g" + git("rev-parse", "--short", "HEAD"));
    }

    @Test
    void isTheContentOrWhatIsWritten() {
        assertThat(tag("digest")).matches("ghcr\\.io/me/x:[0-9a-f]{32}");
        assertThat(tag("latest")).isEqualTo("ghcr.io/me/x:1.0");
        assertThat(tag("")).isEqualTo("ghcr.io/me/x:1.0");
    }

    @Test
    void saysWhenThereIsNoRepository() {
        assertThatThrownBy(() -> tag("sha"))
                .hasMessageContaining("cannot make the tag \"sha\"")
                .hasMessageContaining("not a git repository");
        assertThatThrownBy(() -> tag("commit")).hasMessageContaining("--tag commit is not known");
    }
}
