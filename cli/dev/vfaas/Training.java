package dev.vfaas;

import dev.vfaas.console.Environment;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs the commands whose start matters once, so that a JDK AOT cache made of this process holds their classes. */
final class Training {
    private static final List<String[]> RUNS = List.of(
            new String[] {"--version"},
            new String[] {"--help"},
            new String[] {"version"},
            new String[] {"version", "-o", "json"},
            new String[] {"version", "-o", "yaml"},
            new String[] {"no-such-command"});

    private Training() {}

    public static void main(String[] arguments) {
        Path home = Path.of(arguments[0]);
        Environment environment =
                new Environment(Map.of(), home, home, Environment.ofProcess().terminal());
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        for (String[] run : RUNS) {
            Vfaas.run(nowhere, nowhere, InputStream.nullInputStream(), environment, run);
        }
        Main.class.getName();
    }
}
