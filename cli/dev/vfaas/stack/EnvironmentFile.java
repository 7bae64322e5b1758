package dev.vfaas.stack;

import dev.vfaas.yaml.Position;
import dev.vfaas.yaml.Problems;
import dev.vfaas.yaml.YamlParser;
import dev.vfaas.yaml.YamlReader;
import dev.vfaas.yaml.YamlValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of environment variables in either of two forms. YAML with a mapping {@code environment:}, as OpenFaaS has it; or dotenv: lines
 * {@code KEY=VALUE}, {@code export} before them or not, {@code #} comments, {@code 'raw'} and {@code "escaped\n"} values, which may go over
 * several lines. A file is dotenv when its first line that says anything is of that form. {@code ${}} is text in both.
 */
final class EnvironmentFile {
    private static final Pattern ASSIGNMENT =
            Pattern.compile("[ \\t]*(?:export[ \\t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \\t]*=");

    private final Problems problems;
    private final String text;
    private final Map<String, String> variables = new LinkedHashMap<>();
    private int at;

    private EnvironmentFile(Problems problems) {
        this.problems = problems;
        this.text = problems.source().text();
    }

    /** The variables of the problems' text, in its order. */
    static Map<String, String> parse(Problems problems) {
        EnvironmentFile file = new EnvironmentFile(problems);
        file.skipEmptyLines();
        return file.assignment().lookingAt() ? file.dotenv() : file.yaml();
    }

    private Map<String, String> yaml() {
        Optional<YamlValue> document = YamlParser.parse(problems);
        if (document.isEmpty()) {
            return Map.of();
        }
        YamlReader reader = new YamlReader(problems);
        if (document.get() instanceof YamlValue.Scalar scalar) {
            problems.add(scalar.position(), "neither lines KEY=VALUE nor YAML with a mapping environment:");
            return Map.of();
        }
        YamlValue environment =
                reader.section(document.get(), "", List.of("environment")).get("environment");
        return environment == null ? Map.of() : reader.textMap(environment, "environment");
    }

    private Map<String, String> dotenv() {
        for (; at < text.length(); skipEmptyLines()) {
            Matcher assignment = assignment();
            if (assignment.lookingAt()) {
                at = assignment.end();
                variables.put(assignment.group(1), value());
            } else {
                problem(at, "a line must be KEY=VALUE, where KEY has letters, digits and underscores");
            }
            at = lineEnd() + 1;
        }
        return variables;
    }

    private String value() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
            return quoted(text.charAt(at));
        }
        String line = text.substring(at, lineEnd());
        for (int i = 0; i < line.length(); i++) {
            boolean comment = line.charAt(i) == '#' && (i == 0 || Character.isWhitespace(line.charAt(i - 1)));
            if (comment) {
                return line.substring(0, i).strip();
            }
        }
        return line.strip();
    }

    private String quoted(char quote) {
        int start = at;
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length() && text.charAt(at) != quote; at++) {
            char c = text.charAt(at);
            if (c == '\\' && quote == '"' && at + 1 < text.length()) {
                at++;
                value.append(
                        switch (text.charAt(at)) {
                            case 'n' -> "\n";
                            case 'r' -> "\r";
                            case 't' -> "\t";
                            case '"', '\\', '$' -> text.substring(at, at + 1);
                            default -> "\\" + text.charAt(at);
                        });
            } else {
                value.append(c);
            }
        }
        if (at >= text.length()) {
            problem(start, "the quote that begins here does not end");
            return "";
        }
        at++;
        String rest = text.substring(at, lineEnd()).strip();
        if (!rest.isEmpty() && !rest.startsWith("#")) {
            problem(at, "there is text behind the closing quote");
        }
        return value.toString();
    }

    private Matcher assignment() {
        return ASSIGNMENT.matcher(text).region(at, text.length());
    }

    private void skipEmptyLines() {
        while (at < text.length()) {
            String line = text.substring(at, lineEnd()).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                return;
            }
            at = lineEnd() + 1;
        }
        at = Math.min(at, text.length());
    }

    private int lineEnd() {
        int end = text.indexOf('\n', Math.min(at, text.length()));
        return end < 0 ? text.length() : end;
    }

    private void problem(int offset, String message) {
        Position position = problems.source().position(offset);
        problems.add(position, message);
    }
}
