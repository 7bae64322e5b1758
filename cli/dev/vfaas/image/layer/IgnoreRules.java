package dev.vfaas.image.layer;

import com.google.re2j.Pattern;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which files of a handler folder stay out of its image: what tools leave behind (version control, caches, dependency folders, build results),
 * and what the folder's {@code .dockerignore} names. The file follows Docker's rules: patterns of {@code *}, {@code ?}, {@code [..]} and
 * {@code **} relative to the folder, {@code !} for exceptions, the last match wins, a matched folder takes all it holds with it.
 */
final class IgnoreRules {
    /** Names that never belong into an image, at any depth. */
    private static final Set<String> ALWAYS = Set.of(
            ".git",
            ".hg",
            ".svn",
            ".DS_Store",
            "__pycache__",
            ".venv",
            "venv",
            ".tox",
            ".mypy_cache",
            ".pytest_cache",
            ".ruff_cache",
            "node_modules",
            ".idea",
            ".vscode",
            ".gradle");
    /** Names of build results, at the top of the handler folder only: deeper down they may be the user's own. */
    private static final Set<String> AT_TOP =
            Set.of("target", "build", "template", ".dockerignore", ".gitignore", ".secrets");

    private record Rule(Pattern pattern, boolean exception) {}

    private final List<Rule> rules;
    private final boolean onlyAsWritten;

    private IgnoreRules(List<Rule> rules, boolean onlyAsWritten) {
        this.rules = rules;
        this.onlyAsWritten = onlyAsWritten;
    }

    /** The same rules without those of our own, but for version control. */
    IgnoreRules onlyAsWritten() {
        return new IgnoreRules(rules, true);
    }

    /** The rules of that handler folder. */
    static IgnoreRules of(Path folder) {
        Path file = folder.resolve(".dockerignore");
        if (!Files.isRegularFile(file)) {
            return new IgnoreRules(List.of(), false);
        }
        try {
            List<Rule> rules = new ArrayList<>();
            for (String line : Files.readString(file).split("\r?\n")) {
                String text = line.strip();
                if (!text.isEmpty() && !text.startsWith("#")) {
                    boolean exception = text.startsWith("!");
                    rules.add(new Rule(pattern(exception ? text.substring(1) : text), exception));
                }
            }
            return new IgnoreRules(rules, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a file or folder, named relative to the handler with {@code /}, stays out whatever {@code .dockerignore} says. */
    boolean neverWanted(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (onlyAsWritten) {
            return name.equals(".git");
        }
        return ALWAYS.contains(name) || AT_TOP.contains(path) || name.endsWith(".pyc");
    }

    /** Whether {@code .dockerignore} keeps that file out. */
    boolean ignores(String path) {
        boolean ignored = false;
        for (Rule rule : rules) {
            if (rule.pattern.matches(path)) {
                ignored = !rule.exception;
            }
        }
        return ignored;
    }

    private static Pattern pattern(String glob) {
        String text = glob.strip();
        while (text.startsWith("./") || text.startsWith("/")) {
            text = text.substring(text.indexOf('/') + 1);
        }
        while (text.endsWith("/")) {
            text = text.substring(0, text.length() - 1);
        }
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (text.startsWith("**/", i)) {
                regex.append("(.*/)?");
                i += 2;
            } else if (text.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else if (c == '[' && text.indexOf(']', i) > i + 1) {
                int end = text.indexOf(']', i);
                regex.append(text, i, end + 1);
                i = end;
            } else if (c == '\\' && i + 1 < text.length()) {
                regex.append(Pattern.quote(String.valueOf(text.charAt(++i))));
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex + "(/.*)?");
    }
}
