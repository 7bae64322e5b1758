package dev.vfaas.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;

/**
 * How a command ended.
 *
 * @param command as one would type it
 * @param stdout raw, a function's answer may be binary
 */
record Outcome(String command, int exitCode, byte[] stdout, String err) {

    String out() {
        return new String(stdout, StandardCharsets.UTF_8);
    }

    /** Fails with the whole transcript unless the command ended with 0. */
    Outcome succeeded() {
        return exitedWith(0);
    }

    /** Fails with the whole transcript unless the command ended with {@code code}; a stack trace is never shown. */
    Outcome exitedWith(int code) {
        assertThat(exitCode).as(transcript()).isEqualTo(code);
        assertThat(err).as(transcript()).doesNotContain("\tat ").doesNotContain("Exception in thread");
        return this;
    }

    Outcome outContains(String... texts) {
        assertThat(out()).as(transcript()).contains(texts);
        return this;
    }

    Outcome errContains(String... texts) {
        assertThat(err).as(transcript()).contains(texts);
        return this;
    }

    String transcript() {
        return "$ " + command + "\n" + out() + (err.isEmpty() ? "" : "\nstderr:\n" + err) + "\nexit " + exitCode;
    }
}
