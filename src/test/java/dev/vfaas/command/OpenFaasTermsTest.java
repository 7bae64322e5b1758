package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vfaas.console.Console;
import dev.vfaas.console.Environment;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.stack.openfaas.Agreement;
import dev.vfaas.provision.stack.openfaas.OpenFaasCatalogue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFaasTermsTest {
    @TempDir
    Path home;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final StackOptions options = new StackOptions();

    private Agreement agree(String typed, @Nullable String state) {
        Environment environment =
                new Environment(Map.of(), home, home, new Environment.Terminal(!typed.isEmpty(), false, false));
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                environment);
        return new OpenFaasTerms(
                        new Session(console, environment, "1"),
                        "vds",
                        options,
                        OpenFaasCatalogue.bundled().terms())
                .agree(facts(state), true, "ann@laptop");
    }

    private static Facts facts(@Nullable String state) {
        return new Facts(
                new Facts.Os("debian", "12", "Debian 12", true, false),
                "vds",
                "x86_64",
                "6.1",
                2,
                null,
                new Facts.Cpu(2, 0),
                new Facts.Memory(4L << 30, 4L << 30, 0),
                new Facts.Disk(1L << 36, 1L << 35, 1L << 20, "vda", false, false, null),
                new Facts.Clock(Duration.ZERO, true),
                new Facts.Network(List.of(), List.of(), Set.of(), List.of()),
                List.of(),
                Map.of(),
                new Facts.Presence(null, false, false, Set.of(), Set.of(), Map.of()),
                new Facts.Login("root", "root"),
                new Facts.Kept(state, null, null));
    }

    @Test
    void aYesAtTheTerminalIsRecordedWithDateVersionAndWho() {
        assertThat(agree("yes\n", null).accepted().orElseThrow())
                .matches("2026-04-01, accepted \\d{4}-\\d\\d-\\d\\d by ann@laptop");
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("60 days", "EULA.md");
        assertThat(out.size()).isZero();
    }

    @Test
    void anythingElseChangesNothing() {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> agree("y\n", null))
                .satisfies(failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.PREFLIGHT))
                .withMessageContaining("was not accepted; nothing was changed on vds");
    }

    @Test
    void whoAcceptedOnceIsNotAskedAgainUntilTheTermsChange() {
        assertThat(agree("", "{\"values\":{\"openfaas.eula\":\"2026-04-01, accepted 2026-05-05 by bob@desk\"}}"))
                .isEqualTo(Agreement.NONE);
        assertThat(err.size()).isZero();
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(
                        () -> agree("", "{\"values\":{\"openfaas.eula\":\"2025-03-11, accepted 2026-01-01 by b@d\"}}"))
                .satisfies(failure -> assertThat(failure.next()).contains("--accept-openfaas-eula"));
    }

    @Test
    void theLicenceOfThePaidEditionNeedsNoAcceptance() throws IOException {
        Files.writeString(home.resolve("LICENSE"), "eyJ.secret.sig\n");
        options.licenceFile = "LICENSE";
        Agreement paid = agree("", null);
        assertThat(paid.licence().orElseThrow().revealText()).isEqualTo("eyJ.secret.sig");
        assertThat(paid.toString()).doesNotContain("eyJ");
        options.licenceFile = "missing";
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> agree("", null))
                .satisfies(failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE))
                .withMessageContaining("there is no such file");
    }
}
