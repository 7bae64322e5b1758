package dev.vfaas.context;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The jars this program is made of: all of them, also when a launcher started the JVM with those only that a quick command needs. */
public final class ProgramFiles {
    private static final String OWN = "vfaas.jar";

    private final @Nullable String told;
    private final String used;

    /**
     * @param told the class path of all, from a launcher; null when it does not say
     * @param used the class path of this JVM
     */
    ProgramFiles(@Nullable String told, String used) {
        this.told = told;
        this.used = used;
    }

    /** Those of this process. */
    public static ProgramFiles ofThisProcess() {
        return new ProgramFiles(System.getProperty("vfaas.class.path"), System.getProperty("java.class.path", ""));
    }

    /**
     * What a launcher said; else, when this runs from an archive's folder of jars, the JVM's own class path and what else lies in that folder; else
     * the JVM's own class path.
     */
    public List<Path> classPath() {
        List<Path> own = split(told != null ? told : used);
        Path first = own.isEmpty() ? Path.of("") : own.getFirst().toAbsolutePath();
        Path folder = first.getParent();
        if (told != null
                || folder == null
                || !first.endsWith(OWN)
                || !Files.isRegularFile(folder.resolve("class-paths.cmd"))) {
            return own;
        }
        List<Path> all = new ArrayList<>(own);
        try (Stream<Path> beside = Files.list(folder)) {
            beside.filter(file -> file.toString().endsWith(".jar"))
                    .filter(file ->
                            own.stream().noneMatch(there -> there.getFileName().equals(file.getFileName())))
                    .sorted()
                    .forEach(all::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private static List<Path> split(String classPath) {
        return Arrays.stream(classPath.split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of)
                .toList();
    }
}
