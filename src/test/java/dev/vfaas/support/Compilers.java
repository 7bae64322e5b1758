package dev.vfaas.support;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The languages' own tools that tests of compiled functions need. Without them a test is skipped and says so; in CI it fails. */
public final class Compilers {
    private static final Pattern GO = Pattern.compile("go1\\.(\\d+)");

    private Compilers() {}

    /** Go 1.22 or newer; a distribution's package may be older. */
    public static void go() throws IOException, InterruptedException {
        Matcher version = GO.matcher(output(List.of("go", "env", "GOVERSION")));
        if (!version.find() || Integer.parseInt(version.group(1)) < 22) {
            missing("go 1.22 or newer is not on the PATH (https://go.dev/dl)");
        }
    }

    /** Maven of any current version. */
    public static void maven() throws IOException, InterruptedException {
        if (!output(List.of("mvn", "--version")).contains("Maven")) {
            missing("mvn is not on the PATH (on Debian: apt-get install maven)");
        }
    }

    private static void missing(String message) {
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(message);
        }
        abort(message);
    }

    /** What a program prints; nothing when it cannot be started. */
    private static String output(List<String> command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException notThere) {
            return "";
        }
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
