package dev.vfaas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Tool;
import dev.vfaas.support.Tool.Outcome;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VfaasTest {
    @TempDir
    Path home;

    @Test
    void unknownCommandIsUsageWithASuggestion() {
        Outcome outcome = new Tool(home).run("versio");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .isEqualTo("error: unknown command versio; did you mean \"version\"?\n  try: vfaas --help\n");
    }

    @Test
    void unknownOptionIsUsageWithASuggestion() {
        Outcome outcome = new Tool(home).run("version", "--outptu", "json");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).startsWith("error: unknown option --outptu; did you mean \"--output\"?");
    }

    @Test
    void noWordsShowTheHelp() {
        Outcome outcome = new Tool(home).run();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains("Usage: vfaas").contains("version");
    }

    @Test
    void everyFormatShowsTheSame() {
        assertThat(new Tool(home).run("version", "-o", "name").out()).isEqualTo("dev\n");
        assertThat(new Tool(home).run("version", "-o", "yaml").out()).isEqualTo("cli:\n  version: dev\n");
        assertThat(new Tool(home).run("version", "--json").out())
                .isEqualTo("{\n  \"cli\": {\n    \"version\": \"dev\"\n  }\n}\n");
    }
}
