package dev.vfaas.image.toolchain;

import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What is read of a folder's go.mod, without running go.
 *
 * @param folder the handler's
 * @param text of go.mod, empty when the folder has none
 */
record GoModule(Path folder, String text) {
    private static final Pattern NAME = Pattern.compile("(?m)^\\s*module\\s+\"?([^\\s\"]+)\"?");
    private static final Pattern REQUIREMENT = Pattern.compile("(?m)^\\s*require\\b");
    private static final Pattern LOCAL = Pattern.compile("(?m)=>\\s+\"?((?:\\.{1,2})?/[^\\s\"]+)");
    /** Folders at a handler's top that are no part of a handler in other languages, and may be packages here. */
    private static final List<String> UNCOUNTED = List.of("build", "target", "template");

    static GoModule of(Path folder) {
        Path file = folder.resolve("go.mod");
        try {
            return new GoModule(folder, Files.exists(file) ? Files.readString(file) : "");
        } catch (IOException e) {
            throw Failure.usage("cannot read " + file + ": " + e.getMessage()).because(e);
        }
    }

    boolean isAbsent() {
        return text.isEmpty();
    }

    /** The module's import path. Throws a usage failure when go.mod does not say. */
    String name() {
        var name = NAME.matcher(text);
        if (!name.find()) {
            throw Failure.usage(folder.resolve("go.mod") + " has no line \"module NAME\"");
        }
        return name.group(1);
    }

    /** True when it needs other modules than the standard library. */
    boolean hasRequirements() {
        return REQUIREMENT.matcher(text).find();
    }

    /**
     * The content of the source folders that a build reads besides what is counted as the handler's: local replacements of modules, and folders of
     * the handler with names that are otherwise build results.
     */
    String furtherSources() throws IOException {
        List<Path> folders = new ArrayList<>();
        LOCAL.matcher(text).results().forEach(local -> folders.add(folder.resolve(local.group(1))));
        UNCOUNTED.forEach(name -> folders.add(folder.resolve(name)));
        Fingerprint content = new Fingerprint("go sources/1");
        for (Path further : folders) {
            if (Files.isDirectory(further)) {
                add(content, further);
            }
        }
        return content.hex();
    }

    private static void add(Fingerprint content, Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> !folder.relativize(file).toString().startsWith(".git/"))
                    .sorted()
                    .toList()) {
                content.add(folder.relativize(file).toString()).add(Files.readAllBytes(file));
            }
        }
    }
}
