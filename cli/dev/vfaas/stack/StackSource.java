package dev.vfaas.stack;

import dev.vfaas.console.Failure;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where a stack file comes from. Each knows how errors name it and what relative paths in it start from. */
public sealed interface StackSource {

    /** How errors name it. */
    String name();

    /** Absolute folder that relative paths of the file start from. */
    Path baseDirectory();

    /** A file on disk; {@code name} is the path as it was typed. */
    record File(String name, Path path) implements StackSource {
        @Override
        public Path baseDirectory() {
            Path parent = path.toAbsolutePath().normalize().getParent();
            return parent == null ? path.toAbsolutePath() : parent;
        }
    }

    /** A file fetched by http or https; its relative paths start from the working directory. */
    record Url(URI uri, Path baseDirectory) implements StackSource {
        /** The URL without a login that may be in it. */
        @Override
        public String name() {
            String login = uri.getRawUserInfo();
            return login == null ? uri.toString() : uri.toString().replace(login + "@", "");
        }
    }

    /** What arrives on a stream; its relative paths start from the working directory. The stream is read once and not closed. */
    record Stream(InputStream stream, Path baseDirectory) implements StackSource {
        @Override
        public String name() {
            return "<stdin>";
        }
    }

    /** stack.yaml of a folder, else stack.yml, else nothing. */
    static Optional<StackSource> find(Path directory) {
        for (String name : new String[] {"stack.yaml", "stack.yml"}) {
            Path path = directory.resolve(name);
            if (Files.exists(path)) {
                return Optional.of(new File(name, path));
            }
        }
        return Optional.empty();
    }

    /**
     * What {@code -f} names: {@code -} for the stream, an http or https URL, else a path relative to the working directory. {@code C:\stack.yml}
     * is a path. Throws a usage failure for any other scheme and for what is no path.
     */
    static StackSource of(String text, Path workingDirectory, InputStream stdin) {
        if (text.equals("-")) {
            return new Stream(stdin, workingDirectory.toAbsolutePath().normalize());
        }
        if (Scheme.PATTERN.matcher(text).lookingAt()) {
            try {
                URI uri = new URI(text);
                if (("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
                        && uri.getHost() != null) {
                    return new Url(uri, workingDirectory.toAbsolutePath().normalize());
                }
            } catch (URISyntaxException e) {
                throw Failure.usage("the stack file's URL \"" + text + "\" is malformed: " + e.getReason());
            }
            throw Failure.usage("a stack file is read from a path, http://, https:// or - (standard input), not from \""
                    + text + "\"");
        }
        try {
            return new File(text, workingDirectory.resolve(text).normalize());
        } catch (InvalidPathException e) {
            throw Failure.usage("the stack file's path \"" + text + "\" is malformed: " + e.getReason());
        }
    }

    /** What tells a URL from a path: a scheme of two letters or more and two slashes. */
    final class Scheme {
        private static final Pattern PATTERN = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+://");

        private Scheme() {}
    }
}
