package dev.vfaas;

import dev.vfaas.console.Environment;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The process entry of the {@code vfaas} command. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        PrintStream out = stream(FileDescriptor.out);
        PrintStream err = stream(FileDescriptor.err);
        Vfaas vfaas = new Vfaas(out, err, System.in, Environment.ofProcess());
        Runtime.getRuntime().addShutdownHook(new Thread(vfaas::interrupted));
        int code = vfaas.run(arguments);
        Runtime.getRuntime().halt(code);
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(
                new java.io.BufferedOutputStream(new FileOutputStream(descriptor), 8192), true, StandardCharsets.UTF_8);
    }
}
