package dev.vfaas.console;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What surrounds a run of the tool: read once at the process entry, given by tests otherwise.
 *
 * @param variables the environment variables
 * @param home the person's home directory
 * @param workingDirectory where relative paths of the command line start
 * @param terminal which streams are a terminal
 */
public record Environment(Map<String, String> variables, Path home, Path workingDirectory, Terminal terminal) {

    /** Which of the three streams a person sits at. */
    public record Terminal(boolean in, boolean out, boolean err) {
        /** Pipes and files only: a CI job, a script, a test. */
        public static final Terminal NONE = new Terminal(false, false, false);
    }

    /** The surroundings of this process. */
    public static Environment ofProcess() {
        Map<String, String> variables = System.getenv();
        String home = variables.getOrDefault("HOME", "");
        return new Environment(
                variables,
                Path.of(home.isEmpty() ? System.getProperty("user.home") : home),
                Path.of(System.getProperty("user.dir")),
                new Terminal(isTerminal(0), isTerminal(1), isTerminal(2)));
    }

    @SuppressWarnings("SystemConsoleNull") // holds for JDK 22 to 24 only
    private static boolean isTerminal(int descriptor) {
        // Asking libc would load the foreign function machinery, which costs more than the rest of the start.
        Path link = Path.of("/proc/self/fd/" + descriptor);
        try {
            String target = Files.readSymbolicLink(link).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (java.io.IOException | UnsupportedOperationException e) {
            java.io.@Nullable Console console = System.console(); // null for pipes and files since JDK 25
            return console != null && console.isTerminal();
        }
    }

    /** A variable's value, null when it is unset or empty. */
    public @Nullable String get(String variable) {
        String value = variables.get(variable);
        return value == null || value.isEmpty() ? null : value;
    }

    /** True when a CI service runs the tool: {@code CI} is {@code true} or {@code 1}. */
    public boolean ci() {
        String ci = get("CI");
        return "true".equals(ci) || "1".equals(ci);
    }

    /** {@code path} as seen from the working directory; {@code ~/} is the home directory. */
    public Path resolve(String path) {
        return path.startsWith("~/") ? home.resolve(path.substring(2)) : workingDirectory.resolve(path);
    }

    /** {@code $XDG_CONFIG_HOME/vfaas}: contexts. */
    public Path configDirectory() {
        return base("XDG_CONFIG_HOME", ".config").resolve("vfaas");
    }

    /** {@code $XDG_CACHE_HOME/vfaas}: what can be made again. */
    public Path cacheDirectory() {
        return base("XDG_CACHE_HOME", ".cache").resolve("vfaas");
    }

    /** {@code $XDG_DATA_HOME/vfaas}: what must be kept. */
    public Path dataDirectory() {
        return base("XDG_DATA_HOME", ".local/share").resolve("vfaas");
    }

    /** {@code $XDG_DATA_HOME/vfaas/gateway}: everything the embedded gateway keeps. */
    public Path gatewayDirectory() {
        return dataDirectory().resolve("gateway");
    }

    /** {@code $XDG_STATE_HOME/vfaas}: logs of what was done, kept between runs. */
    public Path stateDirectory() {
        return base("XDG_STATE_HOME", ".local/state").resolve("vfaas");
    }

    private Path base(String variable, String fallback) {
        String value = get(variable);
        // The XDG base directory specification: relative values are to be ignored.
        return value != null && Path.of(value).isAbsolute() ? Path.of(value) : home.resolve(fallback);
    }
}
