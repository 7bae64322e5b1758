package dev.vfaas.support;

import dev.vfaas.Vfaas;
import dev.vfaas.console.Environment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs the tool in process, in a home and working directory of its own. */
public final class Tool {
    private final Path home;
    private final Map<String, String> variables = new LinkedHashMap<>();
    private byte[] input = new byte[0];

    /** What a run left behind. */
    public record Outcome(int exitCode, byte[] bytes, String err) {
        /** Standard output as text. */
        public String out() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** The tool of a person whose home and working directory is {@code home}. */
    public Tool(Path home) {
        this.home = home;
    }

    /** Sets an environment variable for all runs. */
    public Tool with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    /** Gives standard input to the next runs. */
    public Tool input(byte[] bytes) {
        this.input = bytes.clone();
        return this;
    }

    /** Runs one command line. */
    public Outcome run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Environment environment = new Environment(Map.copyOf(variables), home, home, Environment.Terminal.NONE);
        int code = Vfaas.run(
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8),
                new ByteArrayInputStream(input),
                environment,
                arguments);
        return new Outcome(code, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }
}
