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
        sparePicocliItsSearches();
        PrintStream out = stream(FileDescriptor.out);
        PrintStream err = stream(FileDescriptor.err);
        Vfaas vfaas = new Vfaas(out, err, System.in, Environment.ofProcess());
        Runtime.getRuntime().addShutdownHook(new Thread(vfaas::interrupted));
        int code = vfaas.run(arguments);
        if (!vfaas.isInterrupted()) {
            Runtime.getRuntime().halt(code);
        } // else the process ends, with 130, once what the interruption asked to be undone is undone
    }

    /**
     * Keeps picocli from looking for classes that are not there (Groovy's closures, Jansi), for which every jar would be opened, and from preparing to
     * read types that no option has. Together that is a tenth of the time a quick command takes.
     */
    static void sparePicocliItsSearches() {
        System.setProperty("picocli.disable.closures", "true");
        System.setProperty("picocli.ansi", "false"); // the console decides
        System.setProperty("picocli.converters.excludes", "java.sql.*,java.time.*");
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(
                new java.io.BufferedOutputStream(new FileOutputStream(descriptor), 8192), true, StandardCharsets.UTF_8);
    }
}
