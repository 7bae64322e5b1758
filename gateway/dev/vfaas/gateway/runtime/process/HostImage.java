package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.image.StoredImage;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Images without a base, made for the machine they run on: the program comes from the machine, everything else from the image. Finds the program the
 * entrypoint names.
 */
final class HostImage implements ImageRunner {
    /** The label that marks such an image, with the value {@code host}. */
    static final String LABEL = "dev.vfaas.platform";

    private static final List<String> INHERITED = List.of(
            "PATH",
            "HOME",
            "USER",
            "LANG",
            "LC_ALL",
            "LC_CTYPE",
            "TZ",
            "JAVA_HOME",
            "SystemRoot",
            "PATHEXT",
            "ComSpec");

    private final Map<String, String> environment;
    private final String searchPath;
    private final Interpreters interpreters;

    /** Finds programs on the {@code PATH} of the given environment. */
    HostImage(Map<String, String> environment, Interpreters interpreters) {
        this.environment = environment;
        this.searchPath = environment.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
        this.interpreters = interpreters;
    }

    /** Whether the image has no base. */
    static boolean is(StoredImage image) {
        return "host".equals(image.labels().get(LABEL));
    }

    @Override
    public Start start(StoredImage image, Path root, Path temporary, Path secrets) {
        Map<String, String> variables = new HashMap<>();
        for (String name : INHERITED) {
            String value = environment.get(name);
            if (value != null) {
                variables.put(name, value);
            }
        }
        return new Start(
                command(image, root),
                workingDirectory(image, root),
                variables,
                temporary.toString(),
                secrets.toString());
    }

    /** The folder a replica of the image starts in. */
    private static Path workingDirectory(StoredImage image, Path root) {
        Path inside =
                root.resolve(image.workingDirectory().replaceFirst("^/+", "")).normalize();
        if (!inside.startsWith(root)) {
            throw invalid("the image's working directory " + image.workingDirectory() + " lies outside of the image");
        }
        return inside;
    }

    private List<String> command(StoredImage image, Path root) {
        if (image.entrypoint().isEmpty()) {
            throw invalid("the image names no entrypoint");
        }
        String program = image.entrypoint().getFirst();
        Path found = find(program, image, root);
        if (found == null) {
            String name = program.contains("/")
                    ? program + " is not in the image"
                    : program + " is not on the gateway's PATH";
            throw invalid(name
                    + ": install it on this machine, or build the function for --platform linux, and deploy again");
        }
        List<String> command = new ArrayList<>(image.entrypoint());
        command.set(0, found.toString());
        return command;
    }

    private @Nullable Path find(String program, StoredImage image, Path root) {
        Path work = workingDirectory(image, root);
        if (program.startsWith("/")) {
            Path inside = root.resolve(program.substring(1)).normalize();
            return inside.startsWith(root) && Files.isExecutable(inside) ? inside : null;
        }
        if (program.contains("/")) {
            Path inside = work.resolve(program).normalize();
            return inside.startsWith(root) && Files.isExecutable(inside) ? inside : null;
        }
        return interpreters.choose(program, onPath(program));
    }

    private @Nullable Path onPath(String program) {
        for (String folder : searchPath.split(File.pathSeparator)) {
            for (String suffix : File.separatorChar == '\\' ? new String[] {".exe", ".cmd", ""} : new String[] {""}) {
                Path candidate = Path.of(folder.isEmpty() ? "." : folder).resolve(program + suffix);
                if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                    return candidate.toAbsolutePath();
                }
            }
        }
        return null;
    }

    private static RuntimeFailure invalid(String why) {
        return new RuntimeFailure(RuntimeFailure.Kind.INVALID, why);
    }
}
