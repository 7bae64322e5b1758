package dev.vfaas.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommandTest {
    @Test
    void quotesWhatAShellWouldRead() {
        assertThat(Command.of("echo", "it's", "$HOME", "", "a b", "x=1").render())
                .isEqualTo("echo 'it'\\''s' '$HOME' '' 'a b' x=1");
    }

    @Test
    void composes() {
        assertThat(Command.of("cat", "/etc/os-release")
                        .pipe(Command.of("grep", "ID"))
                        .and(Command.of("true"))
                        .render())
                .isEqualTo("cat /etc/os-release | grep ID && true");
    }

    @Test
    void scriptArgumentsAreNotPartOfTheScript() {
        assertThat(Command.script("printf %s \"$1\"", "; rm -rf /").render())
                .isEqualTo("sh -c 'printf %s \"$1\"' sh '; rm -rf /'");
    }

    @Test
    void sensitiveWordsAreHiddenInLogs() {
        Command command = Command.of("login", "--user").sensitive("s3cret");
        assertThat(command.toString()).isEqualTo("login --user [redacted]");
        assertThat(command.render()).isEqualTo("login --user s3cret");
    }
}
