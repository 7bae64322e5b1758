package dev.vfaas.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LogTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Log log = new Log(new PrintStream(bytes, true, StandardCharsets.UTF_8));

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void anEventIsOneLine() {
        log.info("something happened", "count", 3, "path", "a b", "nothing", "");
        assertThat(written())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?Z INFO something happened"
                        + " count=3 path=\"a b\" nothing=\"\"\\R");
    }

    @Test
    void whatOthersSentCannotForgeLines() {
        log.warn("odd", "path", "/x\n2026-01-01T00:00:00Z INFO forged\u001b[2J");
        assertThat(written().lines()).hasSize(1);
        assertThat(written()).contains("/x\\n2026").contains("\\x1b[2J").doesNotContain("\u001b");
    }

    @Test
    void aFailureShowsItsStack() {
        log.error("failed", new IllegalStateException("why"));
        assertThat(written()).contains("ERROR failed", "IllegalStateException: why", "\tat " + LogTest.class.getName());
    }
}
