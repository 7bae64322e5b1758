package dev.vfaas.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a file holds, it is a stack or a usage failure, never an exception. */
class StackFuzzTest {
    private static final String[] PIECES = {
        "${",
        "}",
        "$$",
        "${A:-",
        "&a ",
        "*a",
        "<<: ",
        "- ",
        "? ",
        ": ",
        "|",
        ">",
        "\n",
        "\r",
        "\t",
        "  ",
        "{",
        "}",
        "[",
        "]",
        "'",
        "\"",
        "#",
        "!!binary ",
        "!x ",
        "---\n",
        "...\n",
        "%YAML 9.9\n",
        "\0",
        "\uFEFF",
        "\u2028",
        "\uD83D\uDE00",
        "null",
        "~",
        "@",
        "`",
        "x-",
        "=",
        ","
    };
    private final StackLoader loader = new StackLoader(Variables.of(Map.of("A", "a: b\n- c", "B", "'")));
    private int stacks;
    private int refusals;

    private void read(byte[] bytes) {
        try {
            loader.load(new StackSource.Stream(new ByteArrayInputStream(bytes), Path.of("/x")), StackOptions.DEFAULT);
            stacks++;
        } catch (Failure failure) {
            assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(failure.text()).startsWith("<stdin>");
            refusals++;
        } catch (Throwable e) {
            fail("this text: " + new String(bytes, StandardCharsets.UTF_8), e);
        }
    }

    private static String valid() throws IOException {
        Path fixtures = Path.of(System.getProperty("vfaas.basedir", "."), "src/test/resources");
        return Files.readString(fixtures.resolve("article/stack.yml"))
                + "x-e: &e {a: ${A}, b: \"${B:-${C}}\"}\n"
                + "configuration: {templates: [{name: x, source: 'y'}], copy: [a]}\n";
    }

    @Test
    void everyTruncation() throws IOException {
        byte[] bytes = valid().getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            read(java.util.Arrays.copyOf(bytes, i));
        }
        assertThat(stacks).isPositive();
        assertThat(refusals).isPositive();
    }

    @Test
    void randomMutations() throws IOException {
        Random random = new Random(42);
        String valid = valid();
        for (int i = 0; i < 3000; i++) {
            StringBuilder text = new StringBuilder(valid);
            for (int n = random.nextInt(1, 5); n > 0; n--) {
                int at = random.nextInt(text.length());
                int end = Math.min(text.length(), at + random.nextInt(8));
                text.replace(at, random.nextBoolean() ? at : end, PIECES[random.nextInt(PIECES.length)]);
            }
            read(text.toString().getBytes(StandardCharsets.UTF_8));
        }
        assertThat(stacks).isPositive();
        assertThat(refusals).isPositive();
    }

    @Test
    void randomBytes() throws IOException {
        Random random = new Random(7);
        byte[] valid = valid().getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = valid.clone();
            for (int n = 0; n < 3; n++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            read(bytes);
        }
        assertThat(refusals).isPositive();
    }
}
